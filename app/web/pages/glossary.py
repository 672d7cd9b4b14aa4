"""The glossary: every word of councils that pages use, by the alphabet."""

from itertools import groupby

from flask import Blueprint, render_template

from app.web.glossary import terms

glossary = Blueprint("glossary", __name__)


@glossary.get("/glossary")
def index() -> str:
    """Show all words."""
    letters = [(letter.upper(), list(group)) for letter, group in groupby(terms(), key=lambda one: one.slug[0])]
    return render_template("glossary/index.html", section="glossary", letters=letters, count=len(terms()))
