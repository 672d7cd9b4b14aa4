"""The mirror gives way to readers."""

import os
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
    # The tests themselves may have been told to wait, longer even than the mirror waits.
    assert _priority("") == max(NICE, os.getpriority(os.PRIO_PROCESS, 0))


def test_who_was_told_to_wait_longer_does() -> None:
    assert _priority("os.setpriority(os.PRIO_PROCESS, 0, 19)") == 19


def _priority(before: str) -> int:
    asked = [sys.executable, "-c", ASKED.format(before or "pass")]
    return int(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)
