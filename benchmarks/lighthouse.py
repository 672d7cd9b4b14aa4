"""Lighthouse on every type of page: python -m benchmarks.lighthouse ADDRESS [NAME ...]

Prints a table: performance (as on a slow phone), accessibility and best practices, 0 to 100, and what cost points. Ends
with 1 where accessibility or best practices are below 100 or performance is below 95. Needs npm, which fetches it.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.browser.chromium import FLAGS, chromium
from tests.browser.page_types import PAGE_TYPES, addresses
from tests.checkers.fetched import checkers

TRIES = 3
LEAST = {"performance": 95, "accessibility": 100, "best-practices": 100}


def judged(url: str, categories: tuple[str, ...] = tuple(LEAST)) -> dict[str, Any]:
    """Return Lighthouse's report of a page."""
    program = checkers() / "lighthouse" / "cli" / "index.js"
    with tempfile.TemporaryDirectory(prefix="rl-lighthouse-") as folder:
        target = Path(folder) / "report.json"
        command = ["node", str(program), url, "--quiet", "--output=json", f"--output-path={target}"]
        command += [f"--only-categories={','.join(categories)}", f"--chrome-flags=--headless=new {' '.join(FLAGS)}"]
        environment = {**os.environ, "CHROME_PATH": chromium() or ""}
        for left in range(TRIES, 0, -1):  # one in thirty runs Chromium does not answer it
            done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300, check=False)
            if done.returncode == 0:
                break
            if left == 1:
                raise RuntimeError(f"Lighthouse on {url}: {done.stderr[-2000:]}")
        report: dict[str, Any] = json.loads(target.read_text())
    return report


def points(report: dict[str, Any]) -> dict[str, int]:
    """Return the points of each category."""
    return {name: round(100 * (one["score"] or 0)) for name, one in report["categories"].items()}


def reasons(report: dict[str, Any]) -> list[str]:
    """Return which audits with weight cost points."""
    named = [ref for one in report["categories"].values() for ref in one["auditRefs"] if ref["weight"]]
    scores = {ref["id"]: report["audits"][ref["id"]]["score"] for ref in named}
    return [f"{name} {score:.2f}" for name, score in scores.items() if score is not None and score < 0.9]


def main(site: str, *names: str) -> None:
    """Print the table."""
    print("| page | performance | accessibility | best practices | what cost points |")
    print("|---|---|---|---|---|")
    bad = 0
    # A page that says it is an error's is none that Lighthouse judges.
    whole = {one.name for one in PAGE_TYPES if one.status == 200}
    for name, address in addresses(site).items():
        if name not in whole or (names and name not in names):
            continue
        report = judged(site + address)
        got = points(report)
        bad += any(got[category] < least for category, least in LEAST.items())
        columns = " | ".join(str(got[category]) for category in LEAST)
        print(f"| {name} | {columns} | {', '.join(reasons(report))} |", flush=True)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
