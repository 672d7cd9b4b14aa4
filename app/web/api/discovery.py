"""Where programs begin: the document, the list of interfaces (RFC 9727), and what may be mined (TDMRep)."""

from typing import Any

import orjson
from flask import Blueprint, Response

from app.publication.names import ROOT
from app.web.api.asking import PREFIX
from app.web.api.document import document
from app.web.api.table import OPERATIONS
from app.web.headers import open_to_all
from app.web.site import site

LINKSET = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'

discovery = Blueprint("discovery", __name__)


@discovery.get("/openapi.json")
def openapi() -> Response:
    """Describe the interface."""
    settings = site().settings
    content = document(OPERATIONS, settings.base_url, settings.contact)
    return open_to_all(Response(orjson.dumps(content), mimetype="application/json"))


@discovery.get("/.well-known/api-catalog")
def api_catalog() -> Response:
    """List the interfaces; whoever asks for the head alone gets the link."""
    base = site().settings.base_url
    response = Response(orjson.dumps({"linkset": _linkset(base)}), content_type=LINKSET)
    response.headers["Link"] = f'<{base}/.well-known/api-catalog>; rel="api-catalog"'
    return open_to_all(response)


def _linkset(base: str) -> list[dict[str, Any]]:
    return [
        {
            "anchor": base + PREFIX,
            "service-desc": [{"href": f"{base}/openapi.json", "type": "application/vnd.oai.openapi+json;version=3.1"}],
            "service-doc": [{"href": f"{base}/api", "type": "text/html"}],
            "status": [{"href": f"{base}{PREFIX}/coverage", "type": "application/json"}],
        },
        {
            "anchor": base + ROOT + "/",
            "service-desc": [{"href": "https://schema.oparl.org/1.1/", "type": "text/html"}],
            "service-doc": [{"href": "https://oparl.org/spezifikation/online-ansicht/", "type": "text/html"}],
        },
        {
            "anchor": f"{base}/api/3/action",
            "service-doc": [{"href": "https://docs.ckan.org/en/latest/api/", "type": "text/html"}],
        },
        {
            "anchor": f"{base}/catalog",
            "service-doc": [{"href": "https://www.dcat-ap.de/def/dcatde/3.0/spec/", "type": "text/html"}],
        },
        {
            "anchor": f"{base}/download/manifest.json",
            "service-doc": [{"href": f"{base}/data", "type": "text/html"}],
        },
    ]


@discovery.get("/.well-known/tdmrep.json")
def tdmrep() -> Response:
    """Say that everything may be mined; the licence of each record holds besides."""
    content = [{"location": "/*", "tdm-reservation": 0}]
    return open_to_all(Response(orjson.dumps(content), mimetype="application/json"))
