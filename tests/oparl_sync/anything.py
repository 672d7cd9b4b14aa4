"""Whatever a server may write where a text, a date or an id is expected."""

from hypothesis import strategies as st

from tests.oparl_sync.council import url

MOMENTS = ("0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59Z", "0001-01-01", "9999-12-31", "0000-00-00", "20260302")
WORDS = ("Beschlossen", "abgelehnt", "", " ", "%(old)s", "%")
IDS = tuple(
    url(kind, number) for kind in ("Meeting", "AgendaItem", "Organization", "Person", "File") for number in (1, 2)
)
_SCALAR = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from((*MOMENTS, *WORDS, *IDS, "2026-03-22T09:00:00+01:00"))
)
VALUE = st.recursive(
    _SCALAR,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=2),
    max_leaves=4,
)
# What the log keeps of, and one that no specification has.
PROPERTIES = {
    "Paper": ("name", "paperType", "originatorPerson", "originatorOrganization", "mainFile", "date", "reference", "x"),
    "Meeting": (
        "start",
        "end",
        "location",
        "cancelled",
        "agendaItem",
        "invitation",
        "organization",
        "meetingState",
        "name",
    ),
    "AgendaItem": ("result", "resolutionText", "name", "meeting", "agendaItem", "public", "number", "consultation"),
    "Consultation": ("meeting", "agendaItem", "paper", "organization", "role", "authoritative"),
    "File": ("sha256", "size", "name", "fileName", "date", "mainFile", "paper", "deleted"),
    "Location": ("description", "streetAddress", "room", "locality"),
}
DIFFERENCES = st.sampled_from(sorted(PROPERTIES)).flatmap(
    lambda kind: st.tuples(
        st.just(kind),
        st.dictionaries(
            st.sampled_from(PROPERTIES[kind]), st.lists(VALUE, min_size=2, max_size=2), min_size=1, max_size=3
        ),
    )
)
