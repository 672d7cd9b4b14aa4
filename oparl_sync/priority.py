"""Readers first: on a machine with everything on it, mirroring takes the processor that the site leaves."""

import contextlib
import os

NICE = 5  # to Linux a third of the weight of the site, and everything where nobody reads


def give_way() -> None:
    """Let this process and what it starts wait for others; twice is as good as once."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, max(NICE, os.getpriority(os.PRIO_PROCESS, 0)))
