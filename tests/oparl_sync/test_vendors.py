"""Who made a server, by the odd ways in which servers say so."""

from typing import Any

import pytest

from demo.town import build
from oparl_sync.vendors import vendor_of


@pytest.mark.parametrize(
    ("system", "vendor"),
    [
        ({"vendor": "https://www.somacos.de?oparl=v1.6.1"}, "somacos"),
        ({"vendor": "http://www.somacos.de"}, "somacos"),
        ({"product": "Sitzungsmanagementsystem Session  Copyright SOMACOS GmbH & Co. KG"}, "somacos"),
        ({"vendor": "https://www.sternberg24.de", "product": "SD.NET RIM 5"}, "sdnet"),
        ({"contactName": "STERNBERG Software GmbH & Co. KG"}, "sdnet"),
        ({"contactName": "Stadt Sternberg", "name": "Stadt Sternberg (Mecklenburg)"}, None),
        ({"id": "https://rim.ekom21.de/musterhausen/webservice/oparl/v1.1/system"}, "sdnet"),
        ({"vendor": "http://cc-egov.de/"}, "allris"),
        ({"vendor": "https://www.cc-egov.de"}, "allris"),
        ({"name": "ALLRIS OParl der Stadt Musterstadt"}, "allris"),
        ({"id": "https://www.musterhausen.sitzung-online.de/oparl/system"}, "allris"),
        ({"id": "https://ris.example/bi/oparl/1.0/system.asp"}, "allris"),
        ({"vendor": "https://more-rubin.de/"}, "rubin"),
        ({"product": "more! rubin"}, "rubin"),
        ({"id": "https://musterhausen.gremien.info/oparl"}, "rubin"),
        ({"contactName": "Rubin, Erika", "name": "Rubinstadt"}, None),
        ({"vendor": None, "product": 5, "contactName": ["x"], "name": {}, "id": None}, None),
        ({"vendor": "", "id": "https://elsewhere.example/oparl/system"}, None),
        ({}, None),
    ],
)
def test_it_knows_who_made_a_server(system: dict[str, Any], vendor: str | None) -> None:
    assert vendor_of(system) == vendor


def test_the_made_up_council_has_no_maker() -> None:
    assert vendor_of(build(scale=0.1).of_type("System")[0]) is None
