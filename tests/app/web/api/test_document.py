"""The interface describes itself, and what it says is so."""

import html
import os
from collections import Counter
from typing import Any

import orjson
import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import validate
from schemathesis import GenerationMode, checks
from schemathesis.specs.openapi import checks as openapi_checks

from app.web import rates
from app.web.api.examples import EXAMPLES
from app.web.api.table import OPERATIONS
from app.web.limits import Buckets
from tests.app.web.conftest import Town
from tests.factories.publication import Published

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
# All of them together; the whole is API_REQUESTS=20000.
REQUESTS = int(os.environ.get("API_REQUESTS", "200"))
CHECKS = (
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
    openapi_checks.unsupported_method,
)
PARAMETERS = {one.path: (*one.in_path, *one.parameters) for one in OPERATIONS}


def test_the_document_is_valid_and_whole(client: FlaskClient) -> None:
    answer = client.get("/openapi.json")
    document = answer.get_json()
    validate(document)
    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": "http://portal.example/api/v1"}]
    assert set(document["paths"]) == {one.path for one in OPERATIONS if one.path}
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_what_can_be_asked_is_listed(client: FlaskClient) -> None:
    content = client.get("/api/v1").get_json()
    assert [one["name"] for one in content["operations"]] == [one.name for one in OPERATIONS[1:]]


def test_people_can_read_of_it(client: FlaskClient) -> None:
    for language in ("de", "en", "de-simple"):
        text = html.unescape(client.get(f"/api?lang={language}").text)
        assert all(one.at("http://portal.example") in text for one in EXAMPLES)
        assert all(one.path.replace("/", "/<wbr>") in text for one in OPERATIONS)


def test_programs_find_it(client: FlaskClient) -> None:
    answer = client.get("/.well-known/api-catalog")
    assert answer.content_type.startswith("application/linkset+json")
    assert answer.headers["Link"] == '<http://portal.example/.well-known/api-catalog>; rel="api-catalog"'
    anchors = {one["anchor"]: one for one in answer.get_json()["linkset"]}
    assert anchors["http://portal.example/api/v1"]["service-desc"][0]["href"] == "http://portal.example/openapi.json"
    head = client.head("/.well-known/api-catalog")
    assert (head.status_code, head.headers["Link"]) == (200, answer.headers["Link"])
    assert client.get("/.well-known/tdmrep.json").get_json() == [{"location": "/*", "tdm-reservation": 0}]


def test_no_request_meets_an_answer_that_is_not_in_the_document(
    app: Flask, client: FlaskClient, published: Published, town: Town
) -> None:
    app.extensions[rates.EXTENSION] = rates.Rates(all=Buckets(10**9, 1.0))
    slug = client.get("/api/v1/councils").get_json()["data"][0]["slug"]
    cursor = orjson.loads(client.get("/api/v1/changes").data.splitlines()[0])["cursor"]
    # Nobody guesses these: every other request knows them.
    known = {"key": town.file.key, "page": 1, "name": "papers", "body": slug, "after": cursor}
    found: Any = schemathesis.openapi.from_wsgi("/openapi.json", app).get_all_operations()
    operations = [one.ok() for one in found]
    each, statuses = -(-REQUESTS // (2 * len(operations))), Counter[int]()
    assert len(operations) == len(OPERATIONS) - 1

    def ask(case: Any, told: bool) -> None:
        for where in (case.path_parameters, case.query) if told else ():
            where |= {name: value for name, value in known.items() if name in (where or ())}
        statuses[case.call_and_validate(checks=CHECKS).status_code] += 1

    for operation in operations:
        # What has no parameters cannot be asked wrongly.
        wrong = (GenerationMode.NEGATIVE,) if PARAMETERS[operation.path] else ()
        for mode in (GenerationMode.POSITIVE, *wrong):
            some = settings(max_examples=each, deadline=None, database=None, suppress_health_check=list(HealthCheck))
            some(given(case=operation.as_strategy(mode), told=st.booleans())(ask))()
    assert {200, 400, 404, 405} >= set(statuses) - {410}
    assert statuses[200] > REQUESTS / 8, statuses
