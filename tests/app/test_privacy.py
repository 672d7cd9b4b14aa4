"""What is private is said once: what the worker does not keep is what no export gives out."""

from app import privacy
from app.publication import forms
from app.vocabulary import PROPERTIES, Kind
from oparl_sync import privacy as worker


def test_the_worker_keeps_nothing_of_what_is_withheld() -> None:
    kept_out = {
        name: frozenset(key for key, prop in spec.items() if prop.kind is Kind.WITHHELD)
        for name, spec in PROPERTIES.items()
    }
    assert {name: keys for name, keys in kept_out.items() if keys} == privacy.WITHHELD


def test_worker_and_exports_read_the_same_lists() -> None:
    for name, properties in (privacy.NOT_PUBLISHED | privacy.WITHHELD).items():
        assert properties <= privacy.DEFAULT.withheld_outside(name)
    assert vars(forms)["NON_PUBLIC_KEPT"] is vars(worker)["NON_PUBLIC_KEPT"] is privacy.NON_PUBLIC_KEPT
    assert vars(worker)["PERSONAL"] is privacy.PERSONAL
