"""What a step says when it is done and nobody watches a terminal."""

import pytest

from oparl_sync.progress import Progress


@pytest.mark.parametrize(("count", "line"), [(1, "Fetching files: 1 file"), (2, "Fetching files: 2 files")])
def test_it_counts_one_as_one(capsys: pytest.CaptureFixture[str], count: int, line: str) -> None:
    with Progress().step("Fetching files", unit="files") as step:
        step.advance(count)
    assert capsys.readouterr().err.splitlines() == [line]
