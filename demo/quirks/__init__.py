"""Known deviations of real servers, by name, so that the made-up council can play them, also several at once."""

from . import allris, allris_lists, anybody, rubin, sdnet, somacos, somacos_lists
from .registry import QUIRKS, Quirk, UnknownQuirkError, play, quirk

__all__ = [
    "QUIRKS",
    "Quirk",
    "UnknownQuirkError",
    "allris",
    "allris_lists",
    "anybody",
    "play",
    "quirk",
    "rubin",
    "sdnet",
    "somacos",
    "somacos_lists",
]
