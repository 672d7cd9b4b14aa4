"""The site as an application: read without a network, and told of news by pushes that say nothing themselves."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Worker, expect

from app.alerts.channels.registered import add_channel
from app.alerts.tokens import MANAGE, token
from app.db import now, writing
from app.models import ChannelDelivery
from tests import factories as make
from tests.browser.conftest import House

PUSH = "https://push.example/send/abc"
READY = "async () => (await navigator.serviceWorker.ready).active.state"
ASKS = "() => { self.registration.pushManager.getSubscription = async () => ({ endpoint: ENDPOINT }); }"
SHOWN = """async () => (await self.registration.getNotifications())
    .map((one) => ({ title: one.title, body: one.body, url: one.data, lang: one.lang }))"""


@pytest.fixture(scope="module")
def site(served: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    with served() as address:
        yield address


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(locale="de-DE", permissions=["notifications"])
    yield opened
    opened.close()


def installed(context: BrowserContext, site: str) -> tuple[Page, Worker]:
    """Open the site as one who has it installed: its script stands ready behind the page."""
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.goto(site)
    page.evaluate("navigator.serviceWorker.register('/sw.js')")
    page.evaluate(READY)
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    assert faults == [], "the policy of a page lets the script in"
    (worker,) = context.service_workers
    return page, worker


def test_a_reader_who_installs_nothing_has_nothing(context: BrowserContext, site: str) -> None:
    page = context.new_page()
    page.goto(site, wait_until="networkidle")
    assert page.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).length") == 0
    assert page.evaluate("async () => (await caches.keys()).length") == 0


def test_the_last_pages_are_read_without_a_network(context: BrowserContext, site: str) -> None:
    page, _ = installed(context, site)
    for path in ("/papers", "/alerts", "/nothing-here", "/people"):
        page.goto(site + path)
    old = page.get_by_text("Es gibt kein Netz.")
    expect(old).to_have_count(0)
    context.set_offline(True)
    page.goto(f"{site}/papers")
    expect(page.locator("h1")).to_have_text("Vorlagen")
    today = page.evaluate("new Date().toLocaleDateString('de', { dateStyle: 'long' })")
    expect(page.get_by_role("status")).to_contain_text(f"Sie sehen diese Seite, wie sie am {today} um ")
    assert page.evaluate("getComputedStyle(document.body).fontFamily").startswith('"Ratslupe'), "with its style"
    for path in ("/alerts", "/nothing-here", "/meetings"):  # nobody else's, nothing that is not there, never read
        page.goto(site + path)
        assert page.url == f"{site}/people"
        expect(page.locator("h1")).to_have_text("Personen")
        expect(old).to_be_visible()
    context.set_offline(False)
    page.goto(f"{site}/meetings")
    expect(page.locator("h1")).to_have_text("Sitzungen")
    page.goto(f"{site}/papers")
    expect(page.locator("h1")).to_have_text("Vorlagen")
    expect(old).to_have_count(0)


@pytest.mark.parametrize(("language", "said"), [("en", "There is no network."), ("de-simple", "Es gibt kein Netz.")])
def test_a_kept_page_says_so_in_its_language(context: BrowserContext, site: str, language: str, said: str) -> None:
    context.add_cookies([{"name": "language", "value": language, "url": site}])
    page, _ = installed(context, site)
    page.goto(f"{site}/papers")
    context.set_offline(True)
    page.reload()
    expect(page.get_by_role("status")).to_contain_text(said)
    assert page.evaluate("document.documentElement.lang") == language


def test_what_is_withdrawn_is_kept_no_more(context: BrowserContext, site: str, house: House) -> None:
    paper = make.paper(name="Geheimnisvolle Vorlage")
    make.save(house.engine, paper)
    page, worker = installed(context, site)
    page.goto(f"{site}/papers/{paper.key}")
    expect(page.locator("h1")).to_contain_text("Geheimnisvolle")
    with writing(house.engine) as session:
        session.get_one(type(paper), paper.id).deleted = True
    page.goto(f"{site}/papers/{paper.key}")
    assert (
        worker.evaluate(
            """async () => {
            const kept = await caches.open("pages");
            const texts = await Promise.all((await kept.matchAll()).map((one) => one.text()));
            return texts.filter((one) => one.includes("Geheimnisvolle")).length;
        }"""
        )
        == 0
    )


def test_a_push_shows_what_is_new_here(context: BrowserContext, site: str, house: House) -> None:
    reader = make.subscriber(address="push@example.org")
    paper = make.paper(name="Radweg am Anger")
    make.save(house.engine, reader, paper)
    alert = make.alert(reader, value="radweg")
    make.save(house.engine, alert)
    notice = make.notice(alert, paper)
    make.save(house.engine, notice)
    channel_id = add_channel(house.engine, house.settings, reader.id, "push", PUSH)
    told = [[alert.id, notice.key]]
    call = ChannelDelivery(channel_id=channel_id, key="mail:1", notices=told, created_at=now(), attempts=1)
    make.save(house.engine, call)

    page, worker = installed(context, site)
    worker.evaluate(ASKS.replace("ENDPOINT", repr(PUSH)))
    _deliver(page)
    _shows(worker, [{"title": "Radweg am Anger", "url": f"{site}/papers/{paper.key}", "lang": "de"}])


def test_a_push_without_a_network_shows_that_there_is_something(context: BrowserContext, site: str) -> None:
    page, worker = installed(context, site)
    _deliver(page)
    _shows(worker, [{"title": "Ratslupe", "url": "/"}])


def _deliver(page: Page) -> None:
    """Let the browser get an empty push, as from its maker's service."""
    session = page.context.new_cdp_session(page)
    found: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda said: found.extend(one["registrationId"] for one in said["registrations"] if not one["isDeleted"]),
    )
    session.send("ServiceWorker.enable")
    page.wait_for_timeout(200)
    origin = page.evaluate("location.origin")
    session.send("ServiceWorker.deliverPushMessage", {"origin": origin, "registrationId": found[-1], "data": ""})


def _shows(worker: Worker, expected: list[dict[str, str]]) -> None:
    for _ in range(50):
        shown = worker.evaluate(SHOWN)
        if shown:
            break
        worker.evaluate("() => new Promise((done) => setTimeout(done, 100))")
    assert [{name: one[name] for name in each} for one, each in zip(shown, expected, strict=True)] == expected


def test_it_offers_pushes_where_they_can_be_had(context: BrowserContext, site: str, house: House) -> None:
    reader = make.subscriber(address="offer@example.org")
    make.save(house.engine, reader)
    make.save(house.engine, make.alert(reader))
    address = f"{site}/alerts/manage/{token(house.settings, MANAGE, reader.nonce)}"
    page = context.new_page()
    # No service of a browser's maker is reached from a test: it is asked for in our place.
    page.add_init_script(
        """PushManager.prototype.subscribe = async (options) => {
            window.asked = options;
            if (!options.userVisibleOnly || options.applicationServerKey.length !== 87) throw new Error("not so");
            return { endpoint: "https://push.example/send/new" };
        };"""
    )
    page.goto(address)
    page.get_by_role("button", name="In diesem Browser melden").click()
    expect(page.get_by_text("über push.example")).to_be_visible()
    page.get_by_role("button", name=re.compile("Beenden ?: push.example")).click()
    expect(page.get_by_text("über push.example")).to_have_count(0)


def test_it_says_where_pushes_are_not_allowed(browser: Browser, site: str, house: House) -> None:
    reader = make.subscriber(address="refused@example.org")
    make.save(house.engine, reader)
    make.save(house.engine, make.alert(reader))
    context = browser.new_context(locale="de-DE")
    page = context.new_page()
    page.add_init_script("Notification.requestPermission = async () => 'denied';")
    page.goto(f"{site}/alerts/manage/{token(house.settings, MANAGE, reader.nonce)}")
    page.get_by_role("button", name="In diesem Browser melden").click()
    expect(page.get_by_text("Der Browser erlaubt es nicht.")).to_be_visible()
    context.close()
