"""What of a source's records is never passed on: one list for what is taken in and for what is given out."""

# Of whom the public need not know more than the office: notes on a person's life are no record of a council's work.
PERSONAL = frozenset(
    {"email", "phone", "location", "locationObject", "image", "gender", "formOfAddress", "life", "lifeSource", "status"}
)
# By type: properties that are neither kept nor exported. A file or a place says by these whose private one it is.
WITHHELD: dict[str, frozenset[str]] = {
    "Person": PERSONAL,
    "File": frozenset({"person"}),
    "Location": frozenset({"person", "persons"}),
}
# What remains of an agenda item that is not public: that it exists, its number and its time.
NON_PUBLIC_KEPT = frozenset(
    {"id", "type", "created", "modified", "meeting", "number", "order", "public", "start", "end"}
)
