"""A server that moved: nothing is doubled, nothing lost, and a sync from the new host finds nothing to do."""

from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, delete, func, insert, select, update
from sqlalchemy.orm import Session

from app import changes
from app.db import now, writing
from app.models import (
    OPARL_TYPES,
    AgendaItem,
    Alert,
    AlertChannel,
    AlertNotice,
    Alias,
    Body,
    Change,
    ChannelDelivery,
    Consultation,
    Erasure,
    File,
    Link,
    Lookup,
    Meeting,
    News,
    NewsletterIntro,
    NewsRef,
    Paper,
    Problem,
    QualitySnapshot,
    Source,
    key_of,
)
from app.models.changes import DELETED, ERASED, UPDATED
from app.quality import snapshots
from oparl_sync import parse
from oparl_sync.renaming import rename
from oparl_sync.rules import CannotMove, Rule
from oparl_sync.store import Counts, Store
from tests import factories
from tests.oparl_sync.council import SCHEMA, SERVER, Council, thing, url

NEW = "https://neu.example/ris/oparl"
RULE = Rule(SERVER, NEW)


def entries(server: str = SERVER) -> list[dict[str, Any]]:
    """Build a council of every type, all embedded, with odd ids, as its server sends it."""
    at = f"{server}/".__add__

    def one(kind: str, number: int | str, /, **more: Any) -> dict[str, Any]:
        return {"id": at(f"{kind.lower()}/{number}"), "type": f"{SCHEMA}/{kind}"} | more

    return [
        one("System", 1, body=at("bodies"), name="Ratsinformation"),
        one(
            "Body", 1, name="Stadt Musterhausen", system=at("system/1"), paper=at("list/paper"),
            legislativeTerm=[one("LegislativeTerm", 1, name="2020")],
        ),
        one("Organization", 1, name="Rat", location={"description": "Rathaus"}, body=at("body/1")),
        one("Person", 1, name="A B", membership=[one("Membership", 1, organization=at("organization/1"))]),
        one(
            "Meeting", 1, organization=[at("organization/1")], web="https://elsewhere.example/1",
            agendaItem=[one("AgendaItem", 1, name="Punkt", order=0), one("AgendaItem", 2, public=False, name="geheim")],
        ),
        one(
            "Paper", 1, name=f"Siehe {SERVER}/paper/9 dort", body=at("body/1"), relatedPaper=[at("paper/99")],
            mainFile=one("File", 1, accessUrl=at("file/1/access"), downloadUrl=at("file/1/download")),
            consultation=[
                one("Consultation", 1, agendaItem=at("agendaitem/1"), meeting=at("meeting/1")),
                one("Consultation", 1, agendaItem=at("agendaitem/2"), meeting=at("meeting/1")),
            ],
        ),
        one("Paper", 2, deleted=True),
    ]  # fmt: skip


def store(engine: Engine, found: list[dict[str, Any]], address: str = url("System"), **options: Any) -> Counts:
    source = Council().source(engine, address)
    counts = Counts()
    for entry in found:
        parsed = parse.objects([entry], entry["type"].rsplit("/", 1)[1], where="list")
        body = next((one["id"] for one in found if one["type"].endswith("Body")), url("Body"))
        with writing(engine) as session:
            counts.add(Store(source, body, **({"backfill": False} | options)).save(session, parsed))
    return counts


def carry_out(engine: Engine, *rules: Rule) -> Any:
    with Session(engine) as session:
        source = session.scalars(select(Source)).first()
    assert source is not None
    with writing(engine) as session:
        return rename(session, source, rules or (RULE,))


def empty(engine: Engine) -> None:
    with writing(engine) as session:
        for model in OPARL_TYPES.values():
            session.execute(delete(model))
        session.execute(delete(Link))


def everything(engine: Engine) -> dict[str, Any]:
    """Dump what is stored but for the log and for moments."""
    found: dict[str, Any] = {}
    with Session(engine) as session:
        tables: dict[str, Any] = {
            **{name: model.__table__ for name, model in OPARL_TYPES.items()},
            "Link": Link.__table__,
        }
        for name, table in tables.items():
            rows = [dict(row) for row in session.execute(select(table)).mappings()]
            for row in rows:
                for moment in ("first_seen", "changed_at"):
                    row.pop(moment, None)
            found[name] = sorted(rows, key=lambda row: orjson.dumps(row, default=str, option=orjson.OPT_SORT_KEYS))
    return found


def test_what_was_renamed_is_what_a_new_mirror_of_the_new_server_holds(engine: Engine) -> None:
    store(engine, entries())
    done = carry_out(engine)
    assert (done.joined, done.left) == (0, 0)
    renamed = everything(engine)
    empty(engine)
    store(engine, entries(NEW))
    fresh = everything(engine)
    assert done.renamed == sum(len(rows) for name, rows in fresh.items() if name != "Link")
    assert renamed == fresh


def test_what_the_new_server_sends_changes_nothing(engine: Engine) -> None:
    first = store(engine, entries())
    carry_out(engine)
    again = store(engine, entries(NEW))
    assert (again.created, again.updated, again.deleted, again.quarantined) == (0, 0, 0, 0)
    assert again.unchanged == first.created + first.deleted


def test_consultations_that_share_an_id_are_told_apart_under_the_new_ids_too(engine: Engine) -> None:
    def papers(server: str) -> list[dict[str, Any]]:
        shared = {"id": f"{server}/consultation/7", "type": f"{SCHEMA}/Consultation"}
        return [
            {"id": f"{server}/paper/{n}", "type": f"{SCHEMA}/Paper"}
            | {"consultation": [shared | {"meeting": f"{server}/meeting/{n}"}, shared | {"role": f"Rolle {n}"}]}
            for n in (1, 2)
        ]

    store(engine, papers(SERVER))
    before = everything(engine)["Consultation"]
    carry_out(engine)
    assert len(everything(engine)["Consultation"]) == len(before) > 2
    again = store(engine, papers(NEW))
    assert (again.created, again.updated, again.deleted) == (0, 0, 0)


def test_the_log_follows_quietly(engine: Engine) -> None:
    store(engine, entries())
    with Session(engine) as session:
        before = changes.last_seq(session)
    carry_out(engine)
    with Session(engine) as session:
        log = changes.since(session, before)
    assert all(change.backfill and change.fields == ["id"] for change in log)
    kinds = {(change.object_id, change.kind) for change in log}
    assert (url("Paper"), DELETED) in kinds
    assert (f"{NEW}/paper/1", UPDATED) in kinds
    assert not [one for one, _ in kinds if one.endswith("paper/2")], "a tombstone is nobody's news"
    assert len(log) == len(kinds)


def test_old_addresses_lead_to_the_new_ids_also_after_two_moves_and_back(engine: Engine) -> None:
    store(engine, entries())
    third = "https://dritte.example/o"

    def leads(old: str) -> str | None:
        with Session(engine) as session:
            alias = session.get(Alias, key_of(old))
            return alias.new_id if alias else None

    carry_out(engine)
    assert leads(url("Paper")) == f"{NEW}/paper/1"
    carry_out(engine, Rule(NEW, third))
    assert leads(url("Paper")) == leads(f"{NEW}/paper/1") == f"{third}/paper/1"
    carry_out(engine, Rule(third, SERVER))
    assert leads(f"{NEW}/paper/1") == leads(f"{third}/paper/1") == url("Paper")
    assert leads(url("Paper")) is None
    assert store(engine, entries()).unchanged == len(entries()) + 8
    with Session(engine) as session:
        assert {url("Paper"), f"{NEW}/paper/1"} <= set(changes.names_of(session, [url("Paper")]))
        kinds = session.scalars(select(Change.kind).where(Change.object_id == url("Paper"))).all()
        assert kinds == ["created", "updated"], "it never ended"


def test_it_can_be_done_twice_and_does_nothing_then(engine: Engine) -> None:
    store(engine, entries())
    carry_out(engine)
    once = everything(engine)
    done = carry_out(engine)
    assert (done.renamed, done.joined) == (0, 0)
    assert everything(engine) == once


def test_what_was_counted_by_day_goes_on_under_the_new_key(engine: Engine) -> None:
    store(engine, entries())
    today = now()
    with writing(engine) as session:
        body = session.scalars(select(Body.id)).one()
        for n in range(3):
            day, told = (today - timedelta(days=n)).date(), {"made_at": today, "counts": {"n": [n, None]}}
            session.add(QualitySnapshot(body_key=key_of(body), day=day, **told))
        session.add(QualitySnapshot(body_key=key_of(RULE(body) or ""), day=today.date(), made_at=today, counts={}))
        session.add(QualitySnapshot(body_key="another", day=today.date(), made_at=today, counts={}))
    carry_out(engine)
    snapshots.thin(engine, today)
    with Session(engine) as session:
        assert [one.counts for one in snapshots.history(session, key_of(RULE(body) or ""))] == [
            {"n": [2, None]},
            {"n": [1, None]},
            {},
        ]
        assert session.scalars(select(QualitySnapshot.body_key).distinct()).all() == [key_of(RULE(body) or "")]


def test_ids_that_grow_are_renamed_once(engine: Engine) -> None:
    store(engine, entries())
    rule = Rule(f"{SERVER}/paper/", f"{SERVER}/body/1/paper/")
    carry_out(engine, rule)
    done = carry_out(engine, rule)
    assert done.renamed == 0
    with Session(engine) as session:
        assert set(session.scalars(select(Paper.id))) == {f"{SERVER}/body/1/paper/{n}" for n in (1, 2)}
        related = select(Link.to_id).where(Link.property == "relatedPaper")
        assert session.scalars(related).all() == [f"{SERVER}/body/1/paper/99"]
        # What keeps its own id says the new ones all the same.
        consultations = session.scalars(select(Consultation.paper_id))
        assert set(consultations) == {f"{SERVER}/body/1/paper/1"}


def test_a_change_of_shape_is_told_with_stars(engine: Engine) -> None:
    old = "https://rat.example/bi/oparl/1.0/papers.asp?id={}"
    files = [{"id": "https://rat.example/f?id=5&x=1", "type": f"{SCHEMA}/File", "accessUrl": "https://a.example/5"}]
    papers = [thing("Paper", name=str(n), auxiliaryFile=files) | {"id": old.format(n)} for n in (1, 22)]
    store(engine, papers)
    carry_out(
        engine,
        Rule(old.format("*"), "https://rat.example/public/oparl/papers?id=*"),
        Rule("http://rat.example/f?id=*&x=*", "https://rat.example/public/f/*/*"),
    )
    with Session(engine) as session:
        found = set(session.scalars(select(Paper.id)))
        assert found == {f"https://rat.example/public/oparl/papers?id={n}" for n in (1, 22)}
        assert session.scalars(select(File.id)).all() == ["https://rat.example/public/f/5/1"]


@pytest.mark.parametrize(
    ("rule", "url", "new"),
    [
        (("https://a.example", "https://b.example"), "http://a.example/x", "https://b.example/x"),
        (("https://a.example", "https://b.example"), "https://a.example.org/x", None),
        (("https://a.example/o", "https://b.example"), "https://a.example/other", None),
        (("https://a.example/o", "https://b.example"), "https://a.example/o?id=1", "https://b.example?id=1"),
        (("https://a.example/o", "https://b.example/p"), "https://a.example/o#location-0", "https://b.example/p#location-0"),
        (("https://a.example/*/x", "https://b.example/*"), "https://a.example/a/b/x", None),
        (("https://a.example/*/x", "https://b.example/*"), "https://a.example/7/x#l-1", "https://b.example/7#l-1"),
        (("https://a.example/o/", "https://a.example/o/body/1/"), "https://a.example/o/body/1/paper/2", None),
        (("https://a.example/o.", "https://b.example/"), "https://a.example/oX", None),
    ],
)  # fmt: skip
def test_a_rule_fits_whole_names_only(rule: tuple[str, str], url: str, new: str | None) -> None:
    assert Rule(*rule)(url) == new


def test_what_was_read_under_the_new_ids_already_is_joined(engine: Engine) -> None:
    store(engine, entries())
    store(engine, entries(NEW))  # a sync that knew nothing of the move
    done = carry_out(engine)
    assert done.joined == 7 + 8
    assert done.renamed == 0
    joined = everything(engine)
    empty(engine)
    store(engine, entries(NEW))
    assert joined == everything(engine)


def test_it_does_not_take_what_another_source_has(engine: Engine) -> None:
    store(engine, entries())
    store(engine, entries(NEW), f"{NEW}/system/1")
    before = everything(engine)
    with pytest.raises(CannotMove, match="mirrored already, as s"):
        carry_out(engine)
    assert everything(engine) == before


@pytest.mark.parametrize(
    "rules",
    [
        [Rule(url("Paper", "*"), url("Paper", "all"))],
        [Rule(url("Paper", 1), url("Paper", 2)), Rule(url("Paper", 2), url("Paper", 1))],
    ],
)
def test_rules_that_confuse_records_change_nothing(engine: Engine, rules: list[Rule]) -> None:
    store(engine, entries())
    before = everything(engine)
    with pytest.raises(CannotMove):
        carry_out(engine, *rules)
    assert everything(engine) == before


def test_a_whole_move_is_undone_when_it_breaks_off(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    store(engine, entries())
    before = everything(engine)

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("oparl_sync.renaming.Renaming._rename_erased", broken)
    with pytest.raises(KeyboardInterrupt):
        carry_out(engine)
    assert everything(engine) == before
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Alias)) == 0


def _told(session: Session, source_id: int) -> None:
    """Note what was told of two records, one of them under both names, and who follows what."""
    reader = factories.subscriber()
    alerts = [
        factories.alert(reader),
        factories.alert(reader, "paper", url("Paper")),
        factories.alert(reader, "organization", url("Organization")),
        factories.alert(reader, "organization", f"{NEW}/organization/1"),
        factories.alert(reader, "newsletter", f"body:{url('Body')}"),
    ]
    session.add(reader)
    session.flush()
    session.add_all(alerts)
    session.add(NewsletterIntro(target=f"body:{url('Body')}", words="Guten Tag", written_at=now()))
    session.flush()
    about = {"object_type": "File", "seq": 3, "created_at": now(), "due_at": now(), "alert_id": alerts[0].id}
    keys = {
        f"new:{url('Paper')}": url("Paper"),
        f"new:{url('File')}": url("File"),
        f"new:{NEW}/file/1": f"{NEW}/file/1",
    }
    for key, one in keys.items():
        session.add(AlertNotice(**about, key=key, kind="new", object_id=one, matter_id=url("Paper")))
    planned = f"planned:{url('Consultation')}:{url('Meeting')}:2026-03-12"
    session.add(AlertNotice(**about, key=planned, kind="planned", object_id=url("Paper"), matter_id=url("Paper")))
    row = {"object_type": "Paper", "seq": 3, "source_id": source_id, "at": now(), "changes": [3]}
    row |= {"document_id": url("Paper"), "matter_id": url("Paper")}
    for number, key in enumerate((*keys, planned), 1):
        session.add(News(id=number, key=key, kind="new", object_id=keys.get(key, url("Paper")), **row))
    session.flush()
    session.add_all(NewsRef(ref=ref, news_id=1) for ref in (f"paper:{url('Paper')}", f"body:{url('Body')}"))
    channel = AlertChannel(subscriber_id=reader.id, kind="webhook", endpoint="https://x.example", endpoint_hash="h")
    channel.secret, channel.created_at = "s", now()
    session.add(channel)
    session.flush()
    owed = [[alerts[0].id, f"new:{url('Paper')}"]]
    session.add(ChannelDelivery(channel_id=channel.id, key="k", notices=owed, created_at=now()))


@pytest.fixture
def known(engine: Engine) -> Engine:
    """Give a council about which all else that names ids says something too."""
    store(engine, entries())
    source = Council().source(engine)
    at = now()
    with writing(engine) as session:
        session.execute(update(File).values(blob_sha256="a" * 64, fetch_state="fetched", fetched_at=at))
        for about in (url("Paper"), f"{url('Paper')}#date", "Paper.oddity", f"{SERVER}/list/paper", f"{NEW}/paper/1"):
            row = {"source_id": source.id, "kind": "wrong-type", "about": about, "detail": "x"}
            session.execute(insert(Problem).values(**row, first_seen=at, last_seen=at))
        for object_id in (url("Paper", 7), f"{NEW}/paper/7", url("Paper", 8)):
            row = {"source_id": source.id, "object_type": "Paper", "object_id": object_id, "reason": "reference"}
            session.execute(insert(Lookup).values(**row, noted_at=at))
        gone = {"object_type": "Paper", "object_id": url("Paper", 66), "source_id": source.id}
        changes.append(
            session, [gone | {"kind": ERASED, "fields": None, "content_hash": None, "backfill": False, "at": at}]
        )
        session.add(Erasure(key=key_of(url("Paper", 66)), object_type="Paper", at=at))
        _told(session, source.id)
    return engine


def test_all_that_names_an_id_names_the_new_one(known: Engine) -> None:
    carry_out(known)
    with Session(known) as session:
        abouts = set(session.scalars(select(Problem.about)))
        assert abouts == {f"{NEW}/paper/1", f"{NEW}/paper/1#date", "Paper.oddity", f"{NEW}/list/paper"}
        assert set(session.scalars(select(Lookup.object_id))) == {f"{NEW}/paper/7", f"{NEW}/paper/8"}
        assert set(session.scalars(select(Erasure.key))) == {key_of(url("Paper", 66)), key_of(f"{NEW}/paper/66")}
        file = session.scalars(select(File)).one()
        assert (file.blob_sha256, file.fetch_state) == ("a" * 64, "fetched"), "no byte is fetched again"
        assert (file.access_url, file.download_url) == (f"{NEW}/file/1/access", f"{NEW}/file/1/download")
        meeting = session.scalars(select(Meeting)).one()
        assert meeting.web == "https://elsewhere.example/1"
        assert set(session.scalars(select(AgendaItem.meeting_id))) == {meeting.id}
        assert session.scalars(select(Body.system_id)).one() == f"{NEW}/system/1"
        assert session.scalar(select(func.count()).select_from(Change).where(Change.object_id == url("Paper"))) == 2


def test_nobody_is_told_again_of_what_has_another_name(known: Engine) -> None:
    carry_out(known)
    planned = f"planned:{NEW}/consultation/1:{NEW}/meeting/1:2026-03-12"
    keys = {f"new:{NEW}/paper/1", f"new:{NEW}/file/1", planned}
    with Session(known) as session:
        for one in (AlertNotice, News):
            assert sorted(session.scalars(select(one.key))) == sorted(keys)
            assert set(session.scalars(select(one.object_id))) == {f"{NEW}/paper/1", f"{NEW}/file/1"}
            assert set(session.scalars(select(one.matter_id))) == {f"{NEW}/paper/1"}
        assert set(session.scalars(select(News.document_id))) == {f"{NEW}/paper/1"}
        assert set(session.scalars(select(NewsRef.ref))) == {f"paper:{NEW}/paper/1", f"body:{NEW}/body/1"}
        followed = sorted((one.kind, one.value) for one in session.scalars(select(Alert)))
        assert followed == [
            ("newsletter", f"body:{NEW}/body/1"),
            ("organization", f"{NEW}/organization/1"),
            ("paper", f"{NEW}/paper/1"),
            ("search", "gartenstraße"),
        ]
        assert session.scalars(select(NewsletterIntro.target)).all() == [f"body:{NEW}/body/1"]
        (owed,) = session.scalars(select(ChannelDelivery.notices))
        assert [key for _, key in owed] == [f"new:{NEW}/paper/1"]


def test_it_takes_seconds_for_a_whole_city(engine: Engine) -> None:
    many = [thing("Paper", n, name=str(n), mainFile=thing("File", n, accessUrl=url("File", n))) for n in range(1500)]
    source = Council().source(engine)
    with writing(engine) as session:
        Store(source, url("Body"), backfill=True).save(session, parse.objects(many, "Paper", where="list"))
    done = carry_out(engine)
    assert done.renamed == 3000
