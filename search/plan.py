"""From a query to what every engine has to do: index terms, runs of them, and how much each weighs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from search import german
from search.expressions import All, Beginning, Close, Expression, Flat, Plan, Run, Some, Term, Values, Weighted
from search.payload import FIRST, LAST
from search.query import (
    MAX_ALL_WORDS,
    Also,
    AnyOf,
    Every,
    Leaf,
    Narrow,
    Near,
    Node,
    Not,
    Phrase,
    Prefix,
    Query,
    Titled,
    Word,
    fold_value,
    words_of,
)
from search.weights import (
    AS_TYPED,
    AT_NUMBER,
    BEGUN_TITLE,
    BETWEEN_HALVES,
    COMMITTEE,
    EXACT,
    FIELDS,
    FULL_FIRST,
    HALVES,
    HALVES_APART,
    LOOSE,
    NAME,
    TEXT,
    TITLE,
    TOGETHER,
    TYPED_TITLE,
    WHOLE_TITLE,
    some_of,
)


def plans(query: Query) -> tuple[Plan, Plan | None]:
    """What to look for, and what instead where that is little: some of the words, those with all of them first.

    Sentences have one plan: asking for every word of one finds only long minutes.
    """
    bare = [node for node in query.must if isinstance(node, Word | Also)]
    quoted = [node for node in query.must if isinstance(node, Phrase)]
    others = tuple(expression(node) for node in query.must if node not in bare)
    words, loose = tuple(map(expression, bare)), tuple(map(_loosely, bare))
    without = tuple(map(expression, query.without))
    bonus = tuple(_bonus(query))
    if query.is_sentence:
        loose = tuple(map(_in_sentence, bare))
        full = Plan((*others, Some(loose, some_of(len(loose)))), without, bonus)
        # What somebody quotes in a sentence may be quoted from memory.
        said = tuple(_loosely(Word(node.tokens)) for node in quoted)
        rest = tuple(expression(node) for node in query.must if node not in bare and node not in quoted)
        return full, Plan((*rest, Some((*loose, *said), some_of(len(loose)))), without, bonus) if said else None
    full = Plan((*others, *words), without, bonus)
    if query.strict or len(words) < 2:
        return full, None
    some = Some(loose, some_of(len(loose)))
    return full, Plan((*others, some), without, (*bonus, Weighted(Flat(All(words)), FULL_FIRST)))


def required(query: Query) -> Plan:
    """The first plan of a query that wants every word, without what only says which document is the better one."""
    return Plan(tuple(map(expression, query.must)), tuple(map(expression, query.without)), ())


def _loosely(node: Node) -> Expression:
    """A node where not all are asked for: the parts of a word with a hyphen need not stand together."""
    match node:
        case Word((_, _, *_) as tokens):
            parts = tuple(Weighted(_word(token), LOOSE) for token in tokens if not german.is_stop_word(token))
            return Some((expression(node), *parts))
    return expression(node)


def _in_sentence(node: Node) -> Expression:
    """A word of a sentence: the halves of a compound may stand anywhere."""
    halves = german.halves(node.tokens[0]) if isinstance(node, Word) and len(node.tokens) == 1 else None
    if not halves:
        return _loosely(node)
    return Some((_loosely(node), Weighted(All(tuple(map(_stem, halves))), HALVES_APART)))


def _are_bare(nodes: Sequence[Node]) -> bool:
    """Whether nothing but words is asked for: no phrase, no operator."""
    return all(isinstance(node, Word | Also) for node in nodes)


def words_in_a_row(nodes: Sequence[Node]) -> tuple[str, ...]:
    """The stems of a short query of bare words only, which are best found side by side; else nothing."""
    words = words_of(nodes)
    if not 2 <= len(words) <= MAX_ALL_WORDS or not _are_bare(nodes):
        return ()
    tokens = [token for word in words for token in word.tokens]
    return () if any(map(german.is_stop_word, tokens)) else _stems(tokens)


def expression(node: Node) -> Expression:
    """What one node of a query asks for."""
    match node:
        case AnyOf(nodes):
            return Some(tuple(map(expression, nodes)))
        case Every(nodes):
            unwanted = tuple(expression(each.node) for each in nodes if isinstance(each, Not))
            return All(tuple(expression(each) for each in nodes if not isinstance(each, Not)), unwanted)
        case Not(unwanted):
            return All((), (expression(unwanted),))
        case Narrow(each):
            values = Values(each.field, each.values)
            return All((), (values,)) if each.negated else values
        case _:
            return _leaf(node)


def _leaf(node: Leaf | Titled) -> Expression:
    match node:
        case Titled(leaf):
            return _titled(leaf)
        case Also(words, others):
            written = tuple(map(_leaf, words))
            beside = (Weighted(_leaf(other.leaf), other.weight) for other in others)
            return Some((All(written) if len(written) > 1 else written[0], *beside))
        case Near(left, right, distance):
            return _near(left, right, distance)
        case Word((token,)):
            return _word(token)
        case Word(tokens):
            return Some((_side_by_side(tokens), *map(_run, _joined(tokens))))
        case _:
            return _as_written(node)


def _as_written(node: Phrase | Prefix) -> Expression:
    match node:
        case Phrase(tokens):
            return _in(EXACT, _exacts(tokens))
        case Prefix(tokens):
            begun = german.beginning(tokens[-1])
            last = Some((Beginning(EXACT, begun), Weighted(Beginning(NAME, begun), BEGUN_TITLE)))
            return All((_side_by_side(tokens[:-1]), last)) if len(tokens) > 1 else last


def _joined(tokens: tuple[str, ...]) -> Iterator[tuple[str]]:
    joined = german.joined(tokens)
    if joined:
        yield (joined,)


def _word(token: str) -> Expression:
    """A word in any inflection, as a part of others, and, if it is a compound itself, its halves side by side."""
    if german.is_stop_word(token):
        return Term(EXACT, german.exact(token))
    stem = german.term(token)
    halves = german.halves(token)
    if not halves:
        return _stem(stem)
    beside = Weighted(_run(halves), HALVES)
    turned = Weighted(_run(halves[::-1], BETWEEN_HALVES), HALVES)
    return Some((_stem(stem), beside, turned))


def _stem(stem: str) -> Expression:
    return Some(tuple(Weighted(Term(field, stem), weight) for field, weight in FIELDS.items()))


def _titled(leaf: Word | Phrase | Prefix) -> Expression:
    match leaf:
        case Phrase(tokens):
            return _in(NAME, _exacts(tokens))
        case Prefix(tokens):
            last = Beginning(NAME, german.beginning(tokens[-1]))
            return All((*(_titled(Word((token,))) for token in tokens[:-1]), last)) if len(tokens) > 1 else last
        case Word(tokens) if any(map(german.is_stop_word, tokens)):
            return _in(NAME, _exacts(tokens))
        case Word(tokens):
            return _in(TITLE, _stems(tokens))


def is_exact(side: Word | Phrase) -> bool:
    """Whether what stands beside NEAR is found as it is written: stems of stop words are kept nowhere."""
    return isinstance(side, Phrase) or any(map(german.is_stop_word, side.tokens))


def _near(left: Word | Phrase, right: Word | Phrase, distance: int) -> Expression:
    """The words of one side stand together, so that only what is between the sides counts."""
    exact = is_exact(left) or is_exact(right)
    terms = _exacts if exact else _stems
    sides = terms(left.tokens), terms(right.tokens)
    return Some(tuple(Close(field, sides, distance) for field in ((EXACT,) if exact else (TITLE, TEXT))))


def _bonus(query: Query) -> Iterator[Expression]:
    """What nobody has to hold, and lifts what does."""
    for about in (_together, _at_number, _as_typed, _of_committee):
        yield from about(query.must)
    yield from _in_title(query)


def _together(nodes: Sequence[Node]) -> Iterator[Expression]:
    stems = words_in_a_row(nodes)
    if stems:
        yield Weighted(_run(stems), TOGETHER)


def _at_number(nodes: Sequence[Node]) -> Iterator[Expression]:
    """A street and the number behind it, which are one address."""
    flat = [word for node in nodes for word in (node.words if isinstance(node, Also) else (node,))]
    for first, then in pairwise(flat):
        match first, then:
            case Word((*_, street)), Word((number, *_)) if german.is_street(street) and number[0].isdecimal():
                yield Weighted(_run(_stems((street, number))), AT_NUMBER)


def _as_typed(nodes: Sequence[Node]) -> Iterator[Expression]:
    """The very form of a word that stands alone, so that nothing else says whether Holzer is a person or of wood."""
    match nodes:
        case (Word((token,)) | Also((Word((token,)),)),) if german.ends_in_er(token):
            yield Weighted(Term(EXACT, german.exact(token)), AS_TYPED)


def _of_committee(nodes: Sequence[Node]) -> Iterator[Expression]:
    """A committee that is asked for by its name, which its meetings bear too."""
    words = words_of(nodes)
    if not _are_bare(nodes) or len(words) > MAX_ALL_WORDS:
        return
    if any(german.is_committee(word.tokens[-1]) for word in words):
        committee = Values("type", (fold_value("Organization"),))
        yield Weighted(Flat(All((*map(_named, words), committee))), COMMITTEE)


def _named(word: Word) -> Expression:
    """A word in a title, or its halves: Ausschuss für Bauen."""
    stems = _stems(word.tokens)
    halves = german.halves(word.tokens[0]) if len(stems) == 1 else None
    if not halves:
        return _in(TITLE, stems)
    return Some((_in(TITLE, stems), Run(TITLE, halves), Run(TITLE, halves[::-1], BETWEEN_HALVES)))


def _in_title(query: Query) -> Iterator[Expression]:
    """Quoted words are looked for in title and text as one; in a title they weigh more, as does a title as typed."""
    for node in query.must:
        if isinstance(node, Phrase):
            yield Weighted(_in(NAME, _exacts(node.tokens)), FIELDS[TITLE])
    typed = german.tokens(query.typed)
    if typed and query.must and _are_bare((*query.must, *query.without)):
        exact = _exacts(typed)
        yield Weighted(_in(NAME, exact), TYPED_TITLE)
        yield Weighted(Run(NAME, (FIRST, *exact, LAST)), WHOLE_TITLE)


def _side_by_side(tokens: Sequence[str]) -> Expression:
    """Written words one after the other, inflected unless one of them is a stop word, which only their forms keep."""
    if any(map(german.is_stop_word, tokens)):
        return _in(EXACT, _exacts(tokens))
    return _run(_stems(tokens))


def _run(stems: tuple[str, ...], gap: int = 0) -> Expression:
    """Terms one after the other, in the title or in the text."""
    return Some(tuple(Weighted(_in(field, stems, gap), FIELDS[field]) for field in (TITLE, TEXT)))


def _in(field: str, terms: tuple[str, ...], gap: int = 0) -> Expression:
    return Run(field, terms, gap) if len(terms) > 1 else Term(field, terms[0])


def _stems(tokens: Sequence[str]) -> tuple[str, ...]:
    return tuple(map(german.term, tokens))


def _exacts(tokens: Sequence[str]) -> tuple[str, ...]:
    return tuple(map(german.exact, tokens))
