"""The site: the only place Flask is known."""

from flask import Flask

from app.config import ROOT, Settings
from app.web import (
    api,
    asking,
    assets,
    councils,
    errors,
    feed_links,
    filters,
    following,
    glossary,
    head,
    headers,
    i18n,
    kept,
    lately,
    licences,
    limits,
    macros,
    maps,
    mentions,
    page_words,
    record_words,
    standing,
    state,
    unread,
    weighing,
    wording,
)
from app.web import site as works
from app.web.oparl import routes as oparl
from app.web.pages import originals, sharing
from app.web.pages.alerts import alerts
from app.web.pages.calendar import calendar
from app.web.pages.calendars import calendars
from app.web.pages.cards import cards
from app.web.pages.catalogue import catalogue
from app.web.pages.channels import channels
from app.web.pages.ckan import ckan
from app.web.pages.councils import councils_pages
from app.web.pages.data import data
from app.web.pages.embed import embed
from app.web.pages.feeds import feeds
from app.web.pages.figures import figures
from app.web.pages.files import files
from app.web.pages.fixed import fixed
from app.web.pages.glossary import glossary as glossary_pages
from app.web.pages.history import history_data
from app.web.pages.home import home
from app.web.pages.installing import installing
from app.web.pages.manage import manage
from app.web.pages.map import maps as map_pages
from app.web.pages.meetings import meetings
from app.web.pages.newsletters import newsletters
from app.web.pages.organizations import organizations
from app.web.pages.papers import papers
from app.web.pages.people import people
from app.web.pages.pictures import pictures
from app.web.pages.places import places
from app.web.pages.quality import quality
from app.web.pages.reports import reports
from app.web.pages.search import search
from app.web.pages.search_exports import search_exports
from app.web.pages.sitemaps import sitemaps
from app.web.pages.status import status
from app.web.pages.streets import streets
from app.web.pages.suggestions import suggestions
from app.web.pages.takedowns import takedowns

MAX_FORM = 64 * 1024  # bytes; our largest form is a query and an address

RECORDS = (papers, meetings, calendar, calendars, people, organizations, files, pictures, history_data)
WORDS = (fixed, reports, takedowns, glossary_pages)
PAGES = (
    *(home, search, search_exports, suggestions, *RECORDS, figures, data, alerts, manage, status, places),
    *(councils_pages, quality, catalogue, ckan),
    *(channels, installing, feeds),
    *(*WORDS, cards, sitemaps, embed, map_pages, streets, newsletters),
)
# What templates and pages work with.
PARTS = (
    *(asking, assets, councils, feed_links, filters, following, glossary, head, lately, licences, limits),
    *(macros, maps, wording, mentions, record_words, page_words, standing, errors, state, unread, weighing),
)


def create_app(settings: Settings, *, patient: bool = False) -> Flask:
    """Build the site; nothing is read from the environment and nothing is asked of the database yet.

    `patient`: what is new may be seen half a minute later, what is withdrawn no later than ever.
    """
    app = Flask("app.web", template_folder=str(ROOT / "templates"), static_folder=None)
    app.config.update(SECRET_KEY=settings.secret_key or None, MAX_CONTENT_LENGTH=MAX_FORM)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    works.install(app, settings)
    originals.install(app, settings)  # before the languages: what runs first comes last, and takes their cookie away
    i18n.install(app)
    for part in PARTS:
        part.install(app)
    for page in PAGES:
        app.register_blueprint(page)
    sharing.install(app)
    api.install(app)
    oparl.install(app)
    headers.install(app, settings)
    kept.install(app, patient=patient)
    return app
