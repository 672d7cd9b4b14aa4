"""What a database knows of itself decides how it looks things up."""

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from app.db import learn
from tests import factories as make


def test_it_knows_how_much_its_indexes_tell(engine: Engine) -> None:
    make.save(engine, make.body(), *(make.file(fetch_state="fetched", blob_sha256=f"{n:064}") for n in range(50)))
    learn(engine)
    if engine.dialect.name == "sqlite":
        one = text("SELECT id FROM file WHERE blob_sha256 = 'x' AND deleted = 0")
        with Session(engine) as session:
            plan = session.execute(text(f"EXPLAIN QUERY PLAN {one}")).one()
        assert "ix_file_blob_sha256" in plan.detail
