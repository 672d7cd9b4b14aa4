"""Connections that break, stall or lie about how much is to come."""

from __future__ import annotations

from dataclasses import replace

from demo.responses import Response, Wire

from .registry import Moment, fault


def _over(moment: Moment, wire: Wire) -> Response:
    return replace(moment.response, wire=wire)


def _half(moment: Moment) -> int:
    return len(moment.response.body) // 2


@fault("reset-before-headers", "the connection is reset before anything is sent")
def _reset_before(moment: Moment) -> Response:
    return _over(moment, Wire(silent=True, reset=True))


@fault("closed-before-headers", "the connection is closed before anything is sent")
def _closed_before(moment: Moment) -> Response:
    return _over(moment, Wire(silent=True))


@fault("reset-in-body", "the connection is reset in the middle of the body")
def _reset(moment: Moment) -> Response:
    return _over(moment, Wire(cut=_half(moment), reset=True))


@fault("half-body", "less comes than Content-Length says")
def _short(moment: Moment) -> Response:
    return _over(moment, Wire(cut=_half(moment)))


@fault("long-body", "more comes than Content-Length says")
def _long(moment: Moment) -> Response:
    if len(moment.response.body) < 2:
        return moment.response
    return _over(moment, Wire(claimed=_half(moment), cut=len(moment.response.body)))


@fault("half-chunked", "a chunked body that breaks off")
def _half_chunked(moment: Moment) -> Response:
    return _over(moment, Wire(chunked=True, portion=512, cut=_half(moment)))


@fault("chunked", "a chunked body, all of it")
def _chunked(moment: Moment) -> Response:
    return _over(moment, Wire(chunked=True, portion=512))


@fault("slow-start", "nothing comes for a long time")
def _slow_start(moment: Moment) -> Response:
    return _over(moment, Wire(delay=moment.seconds))


@fault("slow-body", "the body dribbles")
def _slow_body(moment: Moment) -> Response:
    # Twenty portions, so that the whole takes its time while no single pause is long.
    return _over(moment, Wire(portion=max(1, len(moment.response.body) // 20), pause=moment.seconds / 20))


@fault("stalled-body", "half of the body comes, then nothing for a long time, then the end")
def _stalled(moment: Moment) -> Response:
    half = max(1, _half(moment))
    return _over(moment, Wire(portion=half, pause=moment.seconds))
