"""Conditions that statements know by name: found again, and never mistaken for another."""

from typing import Any

from sqlalchemy import Engine, Select, select
from sqlalchemy.orm import Session, aliased

from app.models import AgendaItem, File, Paper
from app.shown import present, shown
from tests import factories


def key_of(statement: Select[Any]) -> Any:
    found = statement._generate_cache_key()
    assert found is not None
    return found.key


def test_statements_with_the_same_condition_are_compiled_once() -> None:
    first, second = (key_of(select(File.id).where(shown(File), File.id == id_)) for id_ in ("a", "b"))

    assert first == second


def test_its_pieces_are_not_looked_at() -> None:
    key = select(File.id).where(shown(File))._generate_cache_key()

    assert key is not None
    assert key.bindparams == []


def test_two_conditions_and_two_types_are_told_apart() -> None:
    statements = [
        select(AgendaItem.id).where(condition)
        for condition in (shown(AgendaItem), present(AgendaItem), shown(File), present(File))
    ]

    assert len({key_of(statement) for statement in statements}) == len(statements)


def test_an_alias_is_not_its_table() -> None:
    other = aliased(File)
    mine = select(File.id).join(other, other.id == File.master_file_id).where(shown(File))
    others = select(File.id).join(other, other.id == File.master_file_id).where(shown(other))
    both = select(File.id).join(other, other.id == File.master_file_id).where(shown(File), shown(other))

    assert len({key_of(one) for one in (mine, others, both)}) == 3


def test_an_alias_of_each_request_is_compiled_once() -> None:
    keys = set()
    for _ in range(2):
        other = aliased(File)
        keys.add(key_of(select(other.id).where(shown(other))))

    assert len(keys) == 1


def test_the_same_question_about_another_record_gets_its_own_answer(engine: Engine) -> None:
    held, gone = factories.paper(), factories.paper(deleted=True)
    factories.save(engine, held, gone, factories.read_file("one", of=held), factories.read_file("two", of=gone))

    with Session(engine) as session:
        for _ in range(2):
            assert session.scalars(select(Paper.id).where(shown(Paper))).all() == [held.id]
            other = aliased(Paper)
            assert session.scalars(select(other.id).where(shown(other), other.id == gone.id)).all() == []
            assert len(session.scalars(select(File.id).where(shown(File))).all()) == 1
