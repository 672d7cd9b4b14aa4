"""`ratslupe figures`: counting anew, and comparing."""

from click.testing import CliRunner
from sqlalchemy import Engine, update

from app.config import Settings
from app.db import writing
from app.models import TallyEvent
from app.web.cli import main
from tests import factories


def test_it_counts_anew_and_says_what_is_wrong(settings: Settings, engine: Engine) -> None:
    paper = factories.paper()
    factories.save(engine, paper)
    asking = CliRunner()
    missing = asking.invoke(main, ["figures", "verify"], obj=settings)
    assert (missing.exit_code, missing.output) == (1, f"wrong {paper.id}\n")
    counted = asking.invoke(main, ["figures", "rebuild"], obj=settings)
    assert counted.exit_code == 0
    assert "records counted: 1, years added up: 1" in counted.output
    right = asking.invoke(main, ["figures", "verify"], obj=settings)
    assert (right.exit_code, right.output) == (0, "The figures show what the records say.\n")
    with writing(engine) as session:
        session.execute(update(TallyEvent).values(outcome="accepted", month=1))
    assert asking.invoke(main, ["figures", "verify"], obj=settings).exit_code == 1
