"""The System: where clients begin."""

from datetime import datetime
from typing import Final

import orjson
from flask import Response

from app.db import JsonObject
from app.publication import reading
from app.publication.forms import moment
from app.publication.names import ROOT, SCHEMA
from app.speech import BERLIN
from app.web.oparl.answers import json, names
from app.web.site import session, site

BODIES: Final = f"{ROOT}/body"
BEGUN: Final = datetime(2026, 1, 1, tzinfo=BERLIN)  # of a portal that has no council yet


def system(only: str | None) -> Response:
    """Answer with the System; it has no licence, because the councils' are not one."""
    settings = site().settings
    created, modified = reading.since_when(session(), only) or (BEGUN, BEGUN)
    made: JsonObject = {
        "id": names().system,
        "type": f"{SCHEMA}System",
        "oparlVersion": SCHEMA,
        "name": "Ratslupe",
        "website": f"{settings.base_url}/",
        "body": settings.base_url + BODIES,
    }
    made |= {"contactEmail": settings.contact} if settings.contact else {}
    return json(orjson.dumps(made | {"created": moment(created), "modified": moment(modified)}))
