"""The Nu Html Checker: whether what is served is HTML at all, read in one run over all pages."""

import json
import shutil
import subprocess
from pathlib import Path

from tests.checkers.fetched import Unavailable


def faults(folder: Path, packages: Path) -> list[str]:
    """Return what it finds in the HTML files of a folder: errors and warnings, not advice; raises Unavailable."""
    if shutil.which("java") is None:
        raise Unavailable("Java, which runs the Nu Html Checker,")
    jar = packages / "vnu-jar" / "build" / "dist" / "vnu.jar"
    # Its schemas are deep; one thread compiles and collects: the run is short.
    command = ["java", "-Xss2m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", str(jar)]
    options = ["--format", "json", "--skip-non-html", "--skip-info-messages", "--exit-zero-always", str(folder)]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=True, timeout=300)
    return [
        f"{Path(one['url']).name}:{one.get('lastLine')}: {one['message']} {one.get('extract', '').strip()!r}"
        for one in json.loads(done.stderr)["messages"]
    ]
