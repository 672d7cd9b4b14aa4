"""Debian's Chromium, and how it is started: for tests, Lighthouse and the pictures in docs/screens/."""

import shutil

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """Return where it is, None where it is not installed."""
    return shutil.which("chromium")
