"""The mirror gives way to readers."""

import subprocess
import sys

from oparl_sync.priority import NICE

ASKED = """
import os
from oparl_sync.priority import give_way
{}
give_way()
give_way()
print(os.getpriority(os.PRIO_PROCESS, 0))
"""


def test_who_mirrors_waits_for_others_however_often_it_says_so() -> None:
    assert _priority("") == NICE


def test_who_was_told_to_wait_longer_does() -> None:
    assert _priority("os.nice(15)") == 15


def _priority(before: str) -> int:
    asked = [sys.executable, "-c", ASKED.format(before or "pass")]
    return int(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)
