"""Real scans that people typed out; needs shared/data/pdf/koeln-ocr-test."""

from statistics import mean

import pytest

from app.documents import Sandbox, ocr
from benchmarks.recognition import ours, pairs, shares
from tests.conftest import missing

pytestmark = pytest.mark.real


def test_nine_words_of_ten_are_recognised() -> None:
    if not pairs() or not ocr.installed():
        missing("shared/data/pdf/koeln-ocr-test, or Tesseract with its German data")
    with Sandbox() as sandbox:
        read = ours(sandbox)
        recalls = [shares(read(scan), typed)[0] for scan, typed in pairs()]

    assert len(recalls) == 5
    # Tesseract alone has 0.94 here: the rest are stamps, handwriting, and what the typist got wrong.
    assert mean(recalls) >= 0.92
    assert min(recalls) >= 0.84
