"""Known deviations of real servers, by name, so that the made-up council can play them, also several at once."""

from . import addresses, allris, allris_lists, councils, rubin, sdnet, somacos, somacos_lists, values, walls
from .registry import QUIRKS, Quirk, UnknownQuirkError, play, quirk

__all__ = [
    "QUIRKS",
    "Quirk",
    "UnknownQuirkError",
    "addresses",
    "allris",
    "allris_lists",
    "councils",
    "play",
    "quirk",
    "rubin",
    "sdnet",
    "somacos",
    "somacos_lists",
    "values",
    "walls",
]
