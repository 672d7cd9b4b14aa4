"""/api/v1: read only, described by itself.

parameters   what an address may say: each once, for the check and for the document
operations   what can be asked: path, parameters, answer, problems; one table
problems     what can go wrong: one table, each with a page that explains it
asking       one request: limit, check, answer, headers
schemas      what answers look like
document     /openapi.json, made of all of these
lists, finding, files, feed, about   the answers
pages        /api and its pages for people, and what .well-known says
"""

from flask import Flask

from app.web.api import asking, problems
from app.web.api.discovery import discovery
from app.web.api.pages import pages
from app.web.api.table import OPERATIONS
from app.web.errors import speaks


def install(app: Flask) -> None:
    """Answer programs."""
    asking.install(app)
    speaks(app, asking.is_ours, problems.told)
    for operation in OPERATIONS:
        asking.add(app, operation)
    app.register_blueprint(discovery)
    app.register_blueprint(pages)
