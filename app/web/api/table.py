"""Everything that can be asked of /api/v1."""

from app.answers.changes import MOST
from app.answers.finding import TYPES
from app.answers.published import LISTS
from app.translations import FULL, N_
from app.web.api import about, feed, files, finding, lists
from app.web.api.operations import NDJSON, TEXT, Operation
from app.web.api.parameters import Parameter, choice, day, key, number, text
from app.web.figures import NAMES
from search.query import MAX_TEXT, SORTS

BODY = text("body", "A council by its short name or its key; see /councils.", longest=100, many=True, example="demo")
ONE_BODY = text("body", "One council by its short name or its key; all of them otherwise.", longest=100)
LICENSE = text("license", "Only what has this licence: its address, letter by letter.", longest=300)
CURSOR = text("cursor", "Where to go on: from `next` of the page before, with the same filters.", longest=400)
KEY = key("key", "The key of a record: the last part of its address here.")
LIST = (
    BODY,
    LICENSE,
    choice(
        "sort",
        "By council and key, which never change; by what changed longest ago; or by what changed last.",
        lists.SORTS,
        default="key",
    ),
    number("limit", "Objects on a page.", 1, 1_000, 100),
    CURSOR,
)
SEARCH = (
    text(
        "q",
        'What is searched for, as in the search field: words, "phrases", -not, OR, brackets, fields.',
        longest=MAX_TEXT,
        empty=True,
        example="Radweg",
    ),
    BODY,
    choice("type", "Only documents of these types.", TYPES, many=True),
    text("organization", "Only what concerns these organizations, by their names.", longest=300, many=True),
    day("date_from", "Only what has this day, or a later one."),
    day("date_to", "Only what has this day, or an earlier one."),
    LICENSE,
    choice("sort", "Best first where words are searched for, else newest first.", SORTS),
    number("limit", "Papers and meetings on a page.", 1, 100, 20),
    CURSOR,
)
CHANGES = (
    text("after", "The cursor of the answer before; without it from the beginning.", longest=400),
    ONE_BODY,
    number("limit", "Objects of one answer.", 1, MOST, 500),
)
FIGURE = (
    ONE_BODY,
    key("organization", "Only what this organization did, by its key."),
    number("since", "The first year.", 1946, 2100),
    number("until", "The last year.", 1946, 2100),
    choice("language", "In which language titles are.", FULL, default="en"),
)
_OF_LISTS = {
    "bodies": N_("Councils as OParl objects"),
    "organizations": N_("Organizations: committees, groups, offices"),
    "people": N_("People in councils"),
    "memberships": N_("Memberships of people in organizations"),
    "meetings": N_("Meetings with their agendas"),
    "agenda-items": N_("Agenda items"),
    "papers": N_("Papers with their files and consultations"),
    "consultations": N_("Consultations: which meeting has which paper"),
    "files": N_("Files: what is known of them"),
    "locations": N_("Places"),
    "legislative-terms": N_("Electoral terms"),
}


def _list(name: str) -> Operation:
    parameters: tuple[Parameter, ...] = LIST
    return Operation(
        f"list-{name}",
        f"/{name}",
        _OF_LISTS[name],
        lists.listing(name, parameters),
        parameters,
        schema="ObjectList",
        problems=("bad-cursor",),
    )


_QUESTIONS = (
    Operation(
        "search",
        "/search",
        N_("Search as the site does"),
        finding.search,
        SEARCH,
        schema="SearchAnswer",
        problems=("bad-query", "bad-cursor"),
    ),
    Operation(
        "object", "/objects/{key}", N_("One object, or its tombstone"), lists.one, in_path=(KEY,), schema="Object"
    ),
    *(_list(name) for name in LISTS),
    Operation(
        "page",
        "/files/{key}/pages/{page}",
        N_("The text of one page of a file"),
        files.page,
        in_path=(KEY, number("page", "The page, counted from 1.", 1, 999_999)),
        schema="Page",
        problems=("gone",),
    ),
    Operation(
        "text",
        "/files/{key}/text",
        N_("The text of a whole file, its pages parted by form feeds"),
        files.whole,
        in_path=(KEY,),
        media_type=TEXT,
        problems=("gone",),
    ),
    Operation(
        "changes",
        "/changes",
        N_("What changed behind a cursor, line by line"),
        feed.feed,
        CHANGES,
        media_type=NDJSON,
        schema="ChangeLine",
        problems=("bad-cursor", "foreign-cursor", "edition-ended"),
    ),
    Operation(
        "councils", "/councils", N_("The councils that are published here"), about.all_councils, schema="Councils"
    ),
    Operation(
        "coverage",
        "/coverage",
        N_("How complete it is, source by source"),
        about.coverage,
        (text("source", "One source by its short name.", longest=100),),
        schema="Coverage",
    ),
    Operation(
        "figure",
        "/figures/{name}",
        N_("One of the figures, as a table"),
        about.one_figure,
        FIGURE,
        in_path=(choice("name", "Which figure.", NAMES),),
        schema="Figure",
    ),
)
OPERATIONS = (
    Operation("index", "", N_("What can be asked"), about.index(_QUESTIONS), schema="Index"),
    *_QUESTIONS,
)
