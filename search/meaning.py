"""What a reader may have meant: other spellings of words that nothing holds, and words for the same thing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from rapidfuzz import process
from rapidfuzz.distance import OSA

from search import german
from search.engine import SURE, Reader, Wanted
from search.expressions import Plan, Term
from search.model import Added, Hit
from search.payload import unpack
from search.pieces import pieces
from search.query import Also, Beside, Node, Phrase, Query, Word, words_of
from search.synonyms import Synonyms, ours
from search.weights import EXACT, FEW, MUCH_MORE, NAME, PARTS, SPELLING, SYNONYM, TEXT, TITLE

MIN_LETTERS = 4  # of a word that is corrected; shorter ones have too many neighbours
SHORT = 3  # words of a sentence beside which others stand: "Was kostet der Kitaplatz?"; with 3 and 5 0.847 -> 0.849
LONG = 9  # letters from which on two of them may be wrong
TRIED = 5  # words that look alike


@dataclass(frozen=True, slots=True)
class Meaning:
    """A query with what is searched for beside its words, and those of them that nothing holds."""

    query: Query
    unknown: tuple[str, ...] = ()

    def told(self, hits: Sequence[Hit]) -> tuple[Added, ...]:
        """What was added, in words as they are written in what was found."""
        written = _written(hits)
        return tuple(
            Added(" ".join("-".join(word.tokens) for word in node.words), words, reason)
            for node in self.query.must
            if isinstance(node, Also)
            for reason in ("spelling", "synonym")
            if (words := tuple(_shown(one, written) for one in node.others if one.reason == reason))
        )

    def meant(self, reader: Reader, total: int) -> str:
        """The query with likely words instead of rare ones, empty where there is nothing to propose."""
        query = self.query
        if total >= FEW or query.literal:
            return ""
        likely: dict[str, str] = {}
        for node in query.must:
            match node:
                case Word((token,)) if _may_be_wrong(token):
                    near = _nearest(token, reader)
                    exact = german.exact(token)
                    if near and near[1] >= MUCH_MORE * max(1, reader.frequencies(EXACT, [exact])[exact]):
                        likely[token] = _in_a_title(near[0], reader)
        return _corrected(query.typed, likely) if likely else ""


def _corrected(typed: str, likely: Mapping[str, str]) -> str:
    """A typed text with other words for some that stand in it bare: not in a field, a quotation or another word."""
    end, found = len(typed), ""
    for piece in reversed(pieces(typed).all):
        bare = piece.kind == "item" and not (piece.field or piece.quoted or piece.minus)
        said = german.tokens(piece.text) if bare else []
        if len(said) == 1 and said[0] in likely:
            found = typed[piece.start : end].replace(said[0], likely[said[0]], 1) + found
            end = piece.start
    return typed[:end] + found


def read(query: Query, reader: Reader, lists: Sequence[Synonyms] = ()) -> Meaning:
    """Put other words beside those of a query, unless it is to be taken literally; `lists` come after our own."""
    if query.literal:
        return Meaning(query)
    if query.as_spelled:
        return Meaning(with_synonyms(query, lists))
    unknown = _unknown([token for node in query.must for token in _tokens([node]) if _may_be_wrong(token)], reader)
    nodes = [_spelled(node, reader, unknown) for node in query.must]
    left = tuple(node.tokens[0] for node in nodes if isinstance(node, Word) and unknown.get(node.tokens[0]) == ())
    return Meaning(with_synonyms(replace(query, must=tuple(nodes)), lists), left)


def with_synonyms(query: Query, lists: Sequence[Synonyms] = ()) -> Query:
    """Put words for the same thing beside those of a query; `lists` come after our own."""
    if query.literal or (query.is_sentence and len(query.words) > SHORT):
        # A longer sentence says what it means; measured, other words beside each of its own bring what is not meant.
        return query
    return replace(query, must=tuple(_with_synonyms(query.must, (ours(), *lists))))


def _spelled(node: Node, reader: Reader, unknown: Mapping[str, tuple[str, ...]]) -> Node:
    match node:
        case Word((token,)) if token in unknown:
            near = _nearest(token, reader)
            # Of a compound whose halves are words: only the same with another joint, Haushalt|s|satzung.
            if near and unknown[token] in ((), german.halves(near[0])):
                return Also((node,), (Beside(Word((near[0],)), SPELLING, "spelling"),))
    return node


def _with_synonyms(nodes: Sequence[Node], lists: Sequence[Synonyms]) -> Iterator[Node]:
    """Runs of words that a list of synonyms knows, as one; the longest first."""
    place = 0
    while place < len(nodes):
        length, others = _known_together(nodes[place:], lists)
        if others:
            beside = tuple(Beside(Word(other), SYNONYM, "synonym") for other in others)
            yield Also(words_of(nodes[place : place + length]), beside)
        else:
            yield nodes[place]
        place += length


def _known_together(nodes: Sequence[Node], lists: Sequence[Synonyms]) -> tuple[int, Sequence[tuple[str, ...]]]:
    """How many of some nodes a list of synonyms knows as one term, and its other terms; one and none as a rule."""
    match nodes[0]:
        case Word((_,)):
            tokens = _tokens(nodes)
            length, others = max((each.longest(tokens) for each in lists), key=itemgetter(0))  # of equals the first
            return max(1, length), others
        case Word(tokens):  # B-Plan
            return 1, next(filter(None, (each.also(tokens) for each in lists)), ())
    return 1, ()


def _tokens(nodes: Sequence[Node]) -> tuple[str, ...]:
    """The words that a list of nodes begins with, those of one token."""
    found: list[str] = []
    for node in nodes:
        match node:
            case Word((token,)):
                found.append(token)
            case _:
                break
    return tuple(found)


def _may_be_wrong(token: str) -> bool:
    return len(token) >= MIN_LETTERS and token.isalpha() and not german.is_stop_word(token)


def _unknown(tokens: Collection[str], reader: Reader) -> dict[str, tuple[str, ...]]:
    """Words that documents do not hold, neither alone nor in compounds, with their halves where they hold both."""
    stems = {token: german.term(token) for token in tokens}
    held = _held(stems.values(), reader)
    left = {token: german.halves(token) or () for token, stem in stems.items() if stem not in held}
    held = _held([half for halves in left.values() for half in halves], reader)
    return {token: halves if held.issuperset(halves) else () for token, halves in left.items()}


def _held(terms: Iterable[str], reader: Reader) -> set[str]:
    """Those of some terms that documents hold; all of them asked for at once, since an engine may be far away."""
    left, held = set(terms), set[str]()
    for field in (TEXT, TITLE, PARTS):
        if left:
            held |= {term for term, count in reader.frequencies(field, left).items() if count}
            left -= held
    return held


def _nearest(token: str, reader: Reader) -> tuple[str, int] | None:
    """The word of the documents that looks most like one, with how many hold it; a first letter is seldom wrong."""
    typed = german.exact(token)
    allowed = 2 if len(typed) >= LONG else 1
    held = {word: count for word, count in reader.near(typed, allowed) if word != typed and word.isalpha()}
    near = process.extract(typed, list(held), scorer=OSA.distance, score_cutoff=allowed, limit=50)
    alike = ((distance, -held[word], word) for word, distance, _ in near)
    likely = sorted(each for each in alike if each[0] < 2 or each[2].startswith(typed[:SURE]))[:TRIED]
    return next(((word, -count) for _, count, word in likely if _is_living(word, reader)), None)


def _is_living(word: str, reader: Reader) -> bool:
    """Whether a document holds a word; an engine may count those that were taken out, whose words nobody may learn."""
    return reader.find(Wanted(Plan((Term(EXACT, word),))), limit=0).total > 0


def _in_a_title(word: str, reader: Reader) -> str:
    """An exact form as a title writes it: Brücke, not bruecke; a word that is frequent enough stands in one."""
    rows = reader.find(Wanted(Plan((Term(NAME, word),))), limit=1).rows
    tokens = [token for stored in reader.stored(rows) for token in german.tokens(unpack(stored).title)]
    return next((token for token in tokens if german.exact(token) == word), word)


def _written(hits: Sequence[Hit]) -> dict[str, str]:
    """How marked words are written, by their exact forms."""
    segments = (
        segment
        for hit in hits
        for part in (hit.title_segments, *(snippet.segments for snippet in hit.snippets))
        for segment in part
        if segment.marked
    )
    return {german.exact(segment.text): segment.text for segment in segments}


def _shown(beside: Beside, written: dict[str, str]) -> str:
    match beside.leaf:
        case Word(tokens) | Phrase(tokens):
            return " ".join(written.get(german.exact(token), token) for token in tokens)
