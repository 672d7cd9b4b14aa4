from pathlib import Path

from click.testing import CliRunner
from sqlalchemy import Engine

from app.config import Settings
from app.documents.preview_cache import Previews
from app.web.cli import main
from oparl_sync import previews
from tests import factories


def drawn(settings: Settings, sha256: str) -> Path:
    picture = settings.previews / sha256 / "1-1-1000.webp"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"a picture")
    return picture


def test_pictures_go_with_the_bytes_they_show(engine: Engine, settings: Settings) -> None:
    assert previews.tidy(engine, settings) == 0
    kept, gone = factories.blob(b"kept"), factories.blob(b"gone")
    factories.save(engine, kept, factories.file(blob_sha256=kept.sha256))
    pictures = drawn(settings, kept.sha256), drawn(settings, gone.sha256)
    assert previews.tidy(engine, settings) == 1
    assert [picture.exists() for picture in pictures] == [True, False]
    assert Previews(settings).known() == [kept.sha256]


def test_what_the_operator_erases_leaves_no_picture(engine: Engine, settings: Settings) -> None:
    blob = factories.blob(b"a person's letter")
    file = factories.file(fetch_state="fetched", blob_sha256=blob.sha256)
    factories.save(engine, factories.source(), factories.body(), blob, file)
    picture = drawn(settings, blob.sha256)
    done = CliRunner().invoke(
        main,
        ["erase", "--yes", file.key],
        env={"RATSLUPE_HOME": str(settings.home), "DATABASE_URL": settings.database_url},
        catch_exceptions=False,
    )
    assert done.exit_code == 0, done.output
    assert not picture.parent.exists()
