"""What programs are told, in whichever way they ask: by /api/v1 or as an assistant.

    cursors     sealed marks of a place: where a list, a search or the feed of changes goes on
    published   the objects that went out: one by its key, lists by council and type
    changes     what changed behind a place, each object once
    finding     a search, in words for programs
    texts       the text of files by page

Nothing here is told that did not go out: what counts is `public_object` (decision 28).
"""
