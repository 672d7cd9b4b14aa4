"""Single values of SOMACOS Session and SD.NET RIM, mended without any server."""

from inspect import signature

import pytest

from app.net import GuardedClient
from demo.quirks.sdnet import SLOW
from demo.responses import Request
from oparl_sync import parse, quirks
from tests.oparl_sync.council import thing
from tests.oparl_sync.quirks.playing import Playing


@pytest.mark.parametrize(
    ("address", "others"),
    [
        (
            "https://ris.example/oparl/bodies/0001/downloadfiles/a/00692749.pdf",
            ["https://ris.example/getfile.asp?id=692749&type=do"],
        ),
        (
            "http://ris.example:81/oparl/bodies/1/downloadfiles/0.pdf",
            ["http://ris.example:81/getfile.asp?id=0&type=do"],
        ),
        ("https://ris.example/oparl/bodies/0001/downloadfiles/a/anlage.pdf", []),
        ("https://ris.example/oparl/files/00692749.pdf", []),
        ("https://ris.example/a?u=https://evil.example/downloadfiles/1.pdf", []),
        ("https://ris.example/files//rim/1.pdf", ["https://ris.example/files/rim/1.pdf"]),
        ("https://ris.example/files//other/1.pdf", []),
        ("https://ris.example/files/Mail.eml.eml", ["https://ris.example/files/Mail.eml.pdf"]),
        ("https://ris.example/files/1.pdf.pdf", []),
        ("https://ris.example/files/1.a.b", []),
        ("https://www.www.example/", []),
        (
            "https://ris.example/files//rim/Mail.eml.eml",
            [
                "https://ris.example/files/rim/Mail.eml.eml",
                "https://ris.example/files//rim/Mail.eml.pdf",
                "https://ris.example/files/rim/Mail.eml.pdf",
            ],
        ),
        ("", []),
    ],
)
def test_it_knows_where_else_a_file_may_lie(address: str, others: list[str]) -> None:
    assert quirks.further_addresses(address) == others


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        ("05114000", "05114000"),
        ("5114000", "05114000"),
        (5114000, "05114000"),
        ("051140000", "05114000"),
        ("051140001", "051140001"),
        ("051140000000", "051140000000"),
        ("511400", "511400"),
        ("DE05114", "DE05114"),
        ("٥١١٤٠٠٠", "٥١١٤٠٠٠"),
    ],
)
def test_it_writes_official_keys_with_eight_digits(stated: object, kept: str) -> None:
    body = parse.objects([thing("Body", ags=stated)], "Body", where="x").objects[0]
    assert (body.values["ags"], body.raw["ags"]) == (kept, stated)


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        ("application/octetstream", None),
        ("application/octetstream; charset=UTF-8", None),
        ("application/octet-stream", "application/octet-stream"),
        ("application/pdf", "application/pdf"),
    ],
)
def test_it_takes_no_type_for_a_type_that_does_not_exist(stated: str, kept: str | None) -> None:
    file = parse.objects([thing("File", mimeType=stated)], "File", where="x").objects[0]
    assert file.values["mime_type"] == kept


ROOT = "https://ris.example/webservice/oparl/v1.1"


@pytest.mark.parametrize(
    ("own", "target", "meant"),
    [
        (f"{ROOT}/body/1/paper/2", f"{ROOT}/agendaItem/3", f"{ROOT}/body/1/agendaItem/3"),
        (f"{ROOT}/body/0015/paper/2", f"{ROOT}/agendaitem/3", f"{ROOT}/body/0015/agendaitem/3"),
        (f"{ROOT}/body/1/paper/2", f"{ROOT}/body/1/agendaItem/3", f"{ROOT}/body/1/agendaItem/3"),
        (f"{ROOT}/body/1/paper/2", f"{ROOT}/body/1", f"{ROOT}/body/1"),
        (f"{ROOT}/body/1/paper/2", f"{ROOT}/system", f"{ROOT}/system"),
        (f"{ROOT}/body/1", f"{ROOT}/location/3", f"{ROOT}/location/3"),
        (f"{ROOT}/paper/2", f"{ROOT}/agendaItem/3", f"{ROOT}/agendaItem/3"),
        (f"{ROOT}/body/1/paper/2", f"{ROOT}/somethingelse/3", f"{ROOT}/somethingelse/3"),
        (
            f"{ROOT}/body/1/paper/2",
            "https://other.example/oparl/v1.1/person/3",
            "https://other.example/oparl/v1.1/person/3",
        ),
        (
            "https://ris.example/oparl/bodies/1/papers/2",
            "https://ris.example/oparl/person/3",
            "https://ris.example/oparl/person/3",
        ),
    ],
)
def test_it_puts_the_body_back_into_references_that_leave_it_out(own: str, target: str, meant: str) -> None:
    assert quirks.body_left_out(own, target) == meant


def test_it_waits_longer_than_the_slowest_server_takes() -> None:
    council = Playing("sdnet-slow")
    page = council.service.answer(Request("GET", "/body/1/paper", {}, {}))
    patience: float = signature(GuardedClient).parameters["timeout"].default
    assert page.wire.delay == SLOW
    assert patience >= 3 * SLOW
