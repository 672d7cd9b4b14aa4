"""Two real councils through our own OParl server: valid by the official schemas, and mirrored again as they are."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema
import orjson
import pytest
from referencing import Registry
from referencing.jsonschema import DRAFT7
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import open_engine, upgrade, writing
from app.models import Problem, PublicObject, Source
from app.publication import refreshing
from oparl_sync import run
from oparl_sync.progress import Progress
from oparl_sync.sources import remember
from tests.faults.mirror import instant
from tests.oparl import checks, equal
from tests.oparl.checks import Walk
from tests.oparl.served import Own
from tests.real import captured
from tests.real.council_process import serving

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("our-oparl")]

SCHEMAS = captured.DATA / "oparl" / "oparl-spec-schema" / "schema"
BASE = "https://schema.oparl.org/1.1/"
FORMATS = {
    "url": r"^https?://\S+$",
    "date-time": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$",
    "date": r"^\d{4}-\d\d-\d\d$",
}
DEREFERENCED = 2_000  # of each council: those of the made-up one are asked for all of them


@cache
def official() -> dict[str, Any]:
    """Return the specification's schemas by type, made strict: nothing unknown, nothing empty, stamps required."""
    found = {}
    for path in sorted(SCHEMAS.glob("*.json")):
        raw = json.loads(path.read_bytes())
        found[path.stem] = {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "$id": f"{BASE}{path.name}",
            "type": "object",
            "properties": {name: _converted(one) for name, one in raw["properties"].items()},
            "patternProperties": {"^[^:]+:.+$": {}},
            "additionalProperties": False,
            "required": ["id", "type", "created", "modified"],
            "if": {"properties": {"deleted": {"const": True}}, "required": ["deleted"]},
            "else": {"required": raw.get("required", [])},
        }
    return found


def _converted(node: dict[str, Any]) -> dict[str, Any]:
    if node.get("type") == "object" and isinstance(node.get("schema"), str):
        return {"$ref": BASE + node["schema"]}
    kept: dict[str, Any] = {name: node[name] for name in ("type", "pattern") if name in node}
    if "items" in node and node["type"] == "array":
        kept |= {"items": _converted(node["items"])}
    if node.get("format") in FORMATS:
        kept["pattern"] = FORMATS[node["format"]]
    elif node.get("type") == "string" and "pattern" not in kept:
        kept["minLength"] = 1
    return kept


@cache
def validator(name: str) -> Any:
    """Return what checks one type."""
    documents = official()
    resources = [(one["$id"], DRAFT7.create_resource(one)) for one in documents.values()]
    return jsonschema.Draft7Validator(documents[name], registry=Registry().with_resources(resources))


@pytest.fixture(scope="module", params=["huertgenwald", "karlsruhe"])
def portal(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Settings, Engine]]:
    """Give a portal that mirrored a council, without its files, and published it."""
    with serving(request.param) as address:
        settings, engine = mirror_of(tmp_path_factory.mktemp(request.param), address)
        run_once(settings, engine)
    refreshing.refresh(engine, settings.base_url)
    yield settings, engine
    engine.dispose()


def mirror_of(home: Any, address: str) -> tuple[Settings, Engine]:
    """Begin an empty portal with one source, whose licence the operator knows."""
    environment = {"RATSLUPE_HOME": str(home), "SECRET_KEY": "only-for-tests", "BASE_URL": "https://portal.example"}
    environment |= {"FETCH_ALLOW_NETWORKS": "127.0.0.0/8", "CONTACT": "clerk@example.org"}
    settings = Settings.from_environment(environment)
    engine = open_engine(settings.database_url)
    upgrade(engine)
    remember(engine, address, "a")
    with writing(engine) as session:
        session.execute(update(Source).values(license="https://www.govdata.de/dl-de/zero-2-0"))
    return settings, engine


def run_once(settings: Settings, engine: Engine) -> None:
    summary = run.mirror(settings, engine, "a", progress=Progress(quiet=True))
    assert not summary.failures["a"], summary.failures


def test_every_object_is_valid_by_the_official_schemas(portal: tuple[Settings, Engine]) -> None:
    wrong: Counter[str] = Counter()
    looked = 0
    with Session(portal[1]) as session:
        chosen = select(PublicObject.type, PublicObject.json).execution_options(yield_per=500)
        for name, text in session.execute(chosen):
            looked += 1
            for error in validator(name).iter_errors(orjson.loads(text)):
                wrong[f"{name} {re.sub(r'[0-9]+', '0', error.json_path)}: {error.message[:80]}"] += 1
    assert not wrong, wrong.most_common(10)
    assert looked > 17_000


def test_lists_are_whole_and_what_they_name_is_there(portal: tuple[Settings, Engine]) -> None:
    own = Own(portal[0])
    walk = Walk(own, "limit=500").all()
    assert walk.wrong == []
    with Session(portal[1]) as session:
        keys = set(session.scalars(select(PublicObject.key).where(~PublicObject.deleted)))
    assert {one.rpartition("/")[2] for one in walk.every()} == keys
    assert checks.unlisted(walk) == []
    assert checks.unresolved(walk) == []
    assert checks.object_faults(walk) == []
    assert checks.missing_licences(walk) == []
    assert checks.dereferenced(walk, DEREFERENCED) == []
    own.close()


def test_our_worker_mirrors_it_without_a_difference_or_a_problem(
    portal: tuple[Settings, Engine], tmp_path_factory: pytest.TempPathFactory
) -> None:
    own = Own(portal[0])
    settings, engine = mirror_of(tmp_path_factory.mktemp("again"), own.url)
    with instant(own):
        run_once(settings, engine)
    assert equal.differences(equal.published(portal[1], own.base), equal.mirrored(engine))[:20] == []
    with Session(engine) as session:
        assert [f"{one.kind} {one.about} {one.detail}" for one in session.scalars(select(Problem).limit(20))] == []
    engine.dispose()
    own.close()
