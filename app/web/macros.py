"""The parts that templates share, at hand in each of them by name: `{{ ui.button(…) }}`.

An {% import %} runs the whole file that it names, for each page and for each file that imports it: of a paper's page
that was a seventh. These are run once; what is about a request they ask for when they are called.
"""

from types import ModuleType
from typing import Any

from flask import Flask

FILES = {
    "ui": "_macros/ui.html",
    "signs": "_macros/signs.html",
    "records": "_macros/records.html",
    "maps": "_macros/maps.html",
    "weights": "_macros/weight.html",
    "share": "_macros/share.html",
    "figs": "_macros/figures.html",
    "shares_bar": "_macros/shares.html",
    "timelines": "_macros/timeline.html",
    "switcher": "councils/_switcher.html",
    "pick": "councils/_pick.html",
    "mentioned": "papers/_mentions.html",
}


class Macros:
    """The macros of a file, which is compiled when the first of them is needed."""

    def __init__(self, app: Flask, path: str) -> None:
        self._app, self._path = app, path
        self._module: ModuleType | Any = None

    def __getattr__(self, name: str) -> Any:
        """Return a macro, and keep it: it is not looked for again. Raises AttributeError where there is none."""
        if name.startswith("_"):
            raise AttributeError(name)
        if self._module is None:
            self._module = self._app.jinja_env.get_template(self._path).module
        macro = getattr(self._module, name)
        setattr(self, name, macro)
        return macro


def install(app: Flask) -> None:
    """Let all templates have them."""
    app.jinja_env.globals.update({name: Macros(app, path) for name, path in FILES.items()})
