"""The sentence that says where a paper stands, in the reader's language; `app.standing` makes it."""

from flask import Flask

from app import standing
from app.queries.paths import Path
from app.queries.states import PaperState
from app.standing import State
from app.web.voices import voice


def install(app: Flask) -> None:
    """Give the sentence to the templates."""
    app.jinja_env.globals.update(path_state=path_state, paper_state=paper_state)


def path_state(path: Path) -> State:
    """Say where the paper of a path stands."""
    return standing.path_state(voice(), path)


def paper_state(state: PaperState, *, known: bool = True) -> State:
    """Say where a paper stands; `known` is False where not one consultation is published."""
    return standing.paper_state(voice(), state, known=known)
