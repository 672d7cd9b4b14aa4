"""What the pages work with is opened once, and not tried again by every request where it is away."""

from pathlib import Path

import pytest
from sqlalchemy.orm import sessionmaker

from app.config import Settings
from app.db import Marker, open_engine
from app.web import site as sites
from search import EngineUnavailable, SearchIndex, open_index


def test_an_index_that_is_away_is_asked_for_once_a_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings.embedded(tmp_path)
    engine = open_engine(settings.database_url)
    site = sites.Site(settings, engine, sessionmaker(engine), Marker(engine))
    asked, now = list[str](), [100.0]

    def away(url: str, **_: object) -> SearchIndex:
        asked.append(url)
        raise EngineUnavailable("the search cluster does not answer")

    monkeypatch.setattr(sites, "open_index", away)
    monkeypatch.setattr(sites, "monotonic", lambda: now[0])
    for _ in range(3):
        with pytest.raises(EngineUnavailable, match="does not answer"):
            _ = site.index
    assert len(asked) == 1
    now[0] += sites.A_MOMENT
    with pytest.raises(EngineUnavailable):
        _ = site.index
    assert len(asked) == 2
    monkeypatch.setattr(sites, "open_index", open_index)
    now[0] += sites.A_MOMENT
    assert site.index is site.index
    site.index.close()
    engine.dispose()
