"""The interfaces, for people: what can be asked, examples, and what each problem means."""

from flask import Blueprint, abort, render_template

from app.web.api.asking import PREFIX
from app.web.api.examples import EXAMPLES
from app.web.api.problems import KINDS
from app.web.api.table import OPERATIONS
from app.web.rates import NETWORK
from app.web.site import site

pages = Blueprint("api", __name__)


@pages.get("/api")
def overview() -> str:
    """Show what can be asked, and how."""
    base = site().settings.base_url
    return render_template(
        "api/index.html",
        section="data",
        prefix=PREFIX,
        operations=OPERATIONS[1:],
        examples=[(one, one.at(base)) for one in EXAMPLES],
        kinds=KINDS.values(),
        policy=NETWORK,
    )


@pages.get("/api/problems/<name>")
def problem(name: str) -> str:
    """Explain one kind of problem."""
    return render_template("api/problem.html", section="data", kind=KINDS.get(name) or abort(404))
