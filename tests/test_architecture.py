"""The house keeps its own rules: who may import whom, what a module head holds, how large a file may grow."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from app.config import ROOT

PACKAGES = ("app", "oparl_sync", "search", "demo")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
CEILING = 300  # lines; past them there is a second subject
LONGEST = 40  # lines of a function, docstring included


def test_imports_keep_to_the_floors() -> None:
    found = subprocess.run(
        ["lint-imports", "--no-cache"],
        cwd=ROOT,
        env={"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize("package", [name for name in PACKAGES if name != "search"])  # which gives out its public names
def test_a_package_head_of_ours_that_only_names_has_no_code_of_its_own(package: str) -> None:
    tree = ast.parse((ROOT / package / "__init__.py").read_text())
    assert len(tree.body) == 1
    assert isinstance(tree.body[0], ast.Expr)


def test_files_and_functions_have_one_subject() -> None:
    long = []
    for path in SOURCES:
        text = path.read_text()
        if (lines := text.count("\n")) > CEILING:
            long.append(f"{path.relative_to(ROOT)}: {lines} lines")
        long += [
            f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno > LONGEST
        ]
    assert not long


def test_reading_the_records_loads_no_web_framework() -> None:
    code = "import sys, app.models, oparl_sync.run; sys.exit('flask' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_importing_touches_neither_environment_nor_disk(tmp_path: Path) -> None:
    code = (
        "import app.config, app.db, app.models, oparl_sync.run, search, app.web, os; "
        "os.path.exists('var') and exit(1); exit(0)"
    )
    env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "DATABASE_URL": "nonsense", "HOME": str(tmp_path)}
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, check=False).returncode == 0
    assert not list(tmp_path.iterdir())
