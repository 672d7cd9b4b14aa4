"""Our own server, asked without a socket: a council that the worker can mirror, and that checks can walk."""

import json
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
from flask import Flask
from werkzeug.test import TestResponse

from app.config import Settings
from app.db import now
from app.web import create_app
from app.web.site import EXTENSION


class Own:
    """The site of a portal, by its addresses."""

    def __init__(self, settings: Settings) -> None:
        self.base = settings.base_url
        self.app: Flask = create_app(settings)
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        """Where its System is."""
        return f"{self.base}/oparl/v1.1/"

    def get(self, address: str, method: str = "GET", **headers: str) -> TestResponse:
        """Ask for an address, of this site or of any."""
        path = address.removeprefix(self.base)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.app.test_client().open(path, method=method, headers=given, buffered=True)

    def json(self, address: str) -> Any:
        """Return what is at an address, which has to be there."""
        answer = self.get(address)
        assert answer.status_code == 200, (address, answer.status, answer.text[:300])
        return json.loads(answer.data)

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer a request as it comes out of the guarded client."""
        self.asked.append(str(request.url))
        split = urlsplit(str(request.url))
        path = split.path + (f"?{split.query}" if split.query else "")
        sent = {name: value for name, value in request.headers.items() if name.lower() != "host"}
        answer = self.app.test_client().open(path, method=request.method, headers=sent, buffered=True)
        headers = [(name, value) for name, value in answer.headers.items() if name.lower() != "content-length"]
        headers.append(("Date", format_datetime(now(), usegmt=True)))
        return httpx.Response(answer.status_code, headers=headers, content=answer.data)

    def close(self) -> None:
        """Let go of the database."""
        self.app.extensions[EXTENSION].close()
