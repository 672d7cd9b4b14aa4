"""Bodies that are no JSON, not the JSON that was asked for, or too much of it."""

from __future__ import annotations

import functools
from dataclasses import replace

from demo.responses import Response, json_response
from demo.serial import encode

from .answers import HTML, SERVICE_DOWN, page
from .registry import Moment, fault


def is_json(response: Response) -> bool:
    """Tell whether there is JSON to be spoilt."""
    return response.status == 200 and "json" in response.headers.get("Content-Type", "")


@fault("html-200", "a web page with 200")
def _html(_: Moment) -> Response:
    return page(200, SERVICE_DOWN)


@fault("html-comment-200", "a web page with 200 that begins with a comment")
def _html_comment(_: Moment) -> Response:
    return page(200, f"<!-- {'*' * 300} -->\n{SERVICE_DOWN}")


@fault("html-as-json", "a web page with 200 that calls itself JSON")
def _html_as_json(_: Moment) -> Response:
    return json_response(SERVICE_DOWN.encode())


@fault("text-200", "a line of text with 200")
def _text(_: Moment) -> Response:
    return Response(200, b"ORA-01034: ORACLE not available", {"Content-Type": "text/plain"})


@fault("empty-body", "200 with nothing in it")
def _empty(moment: Moment) -> Response:
    return replace(moment.response, body=b"")


@fault("error-200", "an OParl Error object with 200")
def _error(_: Moment) -> Response:
    said = {"type": "https://schema.oparl.org/1.1/Error", "message": "OParl is not active.", "debug": ""}
    return json_response(encode(said))


@fault("json-null", "200 with null")
def _null(_: Moment) -> Response:
    return json_response(b"null")


@fault("json-object", "200 with an empty object")
def _object(_: Moment) -> Response:
    return json_response(b"{}")


@fault("json-number", "200 with a number")
def _number(_: Moment) -> Response:
    return json_response(b"42")


@fault("wrong-content-type", "the right answer, called a web page")
def _content_type(moment: Moment) -> Response:
    return replace(moment.response, headers=moment.response.headers | {"Content-Type": HTML})


@fault("no-content-type", "the right answer, called nothing at all")
def _no_content_type(moment: Moment) -> Response:
    return replace(moment.response, headers=moment.response.headers | {"Content-Type": ""})


@fault("bad-json", "JSON with a comma too many and a message of the database in it")
def _bad(moment: Moment) -> Response:
    if not is_json(moment.response):
        return moment.response
    body = moment.response.body
    # Before an object or the end: within a text it would be another text, and no bad JSON.
    place = body.find(b'{"', len(body) // 2) % (len(body) + 1)
    return replace(moment.response, body=body[:place] + b",,<b>Warning</b>: mysql_fetch_row()" + body[place:])


@fault("json-cut", "JSON that ends in the middle, with the length that it has")
def _cut(moment: Moment) -> Response:
    if not is_json(moment.response):
        return moment.response
    size = len(moment.response.body)
    return replace(moment.response, body=moment.response.body[: moment.dice.randrange(1, max(2, size))])


@fault("json-twice", "the same JSON twice in one answer")
def _twice(moment: Moment) -> Response:
    return replace(moment.response, body=moment.response.body * 2) if is_json(moment.response) else moment.response


def _with(moment: Moment, more: bytes) -> Response:
    body = moment.response.body
    if not is_json(moment.response) or not body.startswith(b"{"):
        return moment.response
    at = body.index(b"{", 1) if b"{" in body[1:] else 0  # in the first object of a page, not in the page
    return replace(moment.response, body=body[: at + 1] + more + body[at + 1 :])


@fault("json-nan", "numbers that JSON does not have: NaN, Infinity")
def _nan(moment: Moment) -> Response:
    return _with(moment, b'"Vendor:a":NaN,"Vendor:b":-Infinity,')


@fault("json-huge-number", "numbers that no machine word holds")
def _huge_number(moment: Moment) -> Response:
    return _with(moment, b'"Vendor:a":1e999,"Vendor:b":%b,' % (b"9" * 5000))


@fault("json-surrogates", "half characters and NUL in text")
def _surrogates(moment: Moment) -> Response:
    return _with(moment, b'"Vendor:a":"\\ud800x\\udfff","Vendor:b":"\\u0000",')


@fault("json-control-characters", "raw control characters in text")
def _control(moment: Moment) -> Response:
    return _with(moment, b'"Vendor:a":"eins\x01\x02\tzwei\nvier\x1f",')


@fault("json-bom", "a byte order mark before the JSON")
def _bom(moment: Moment) -> Response:
    return (
        replace(moment.response, body=b"\xef\xbb\xbf" + moment.response.body)
        if is_json(moment.response)
        else moment.response
    )


@fault("json-latin-1", "umlauts in another encoding than UTF-8")
def _latin_1(moment: Moment) -> Response:
    if not is_json(moment.response):
        return moment.response
    return replace(moment.response, body=moment.response.body.decode().encode("cp1252", "replace"))


@fault("deep-nesting", "lists within lists, a hundred thousand deep")
def _deep(_: Moment) -> Response:
    return json_response(b'{"data":%b%b,"links":{}}' % (b"[" * 100_000, b"]" * 100_000))


@fault("deep-objects", "a page whose only object is nested a thousand deep")
def _deep_objects(_: Moment) -> Response:
    return json_response(b'{"data":[%b1%b],"links":{}}' % (b'{"a":' * 1000, b"}" * 1000))


@functools.cache
def _many(count: int) -> bytes:
    return b'{"data":[%b{}],"links":{}}' % (b"{}," * (count - 1))


@fault("json-bomb", "a page of millions of tiny objects")
def _bomb(moment: Moment) -> Response:
    return json_response(_many(moment.size))


@fault("json-long-text", "a text of many megabytes in one property")
def _long(moment: Moment) -> Response:
    return _with(moment, b'"Vendor:a":"%b",' % (b"x" * (16 * moment.size)))
