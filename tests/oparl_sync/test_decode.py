"""Bytes to JSON."""

import contextlib
import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oparl_sync.decode import loads

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.binary())
def test_it_refuses_bytes_with_a_value_error_only(content: bytes) -> None:
    with contextlib.suppress(ValueError):
        orjson.dumps(loads(content))


@given(JSON)
def test_it_reads_what_is_json(value: object) -> None:
    assert loads(json.dumps(value, ensure_ascii=False).encode()) == value


@given(st.text(st.characters(exclude_categories=[])))
def test_it_mends_lone_surrogates_so_that_a_database_can_keep_them(value: str) -> None:
    loads(json.dumps([value]).encode())[0].encode()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\xef\xbb\xbf{}", {}),
        (b'{"a": "line\nbreak\ttab"}', {"a": "line\nbreak\ttab"}),
        (b'{"a": "\x81"}', {"a": "\ufffd"}),
        (
            b'{"a": "line\n", "n": 123456789012345678901234567890}',
            {"a": "line\n", "n": "123456789012345678901234567890"},
        ),
    ],
)
def test_it_mends_what_real_servers_break(content: bytes, expected: object) -> None:
    assert loads(content) == expected


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"NaN", b"[" * 100_000, b"[" * 3000 + b"]" * 3000, b'{"a": ', b"9" * 5000 + b"x"]
)
def test_it_refuses_what_is_no_json(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        loads(content)


def test_it_reads_umlauts_that_are_single_bytes() -> None:
    name = "Größe der Straßenbäume – „Übersicht“"
    assert loads(json.dumps({"name": name}, ensure_ascii=False).encode("cp1252")) == {"name": name}
    mixed = '{"a":"ä"}'.encode()[:-1] + b',"b":"\xe4\x81"}'
    assert loads(mixed) == {"a": "ä", "b": "ä\ufffd"}
