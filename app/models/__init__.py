"""The records: the twelve OParl types, one file a family, and the rows by which the portal runs itself."""

from app.models.alerts import (
    AddressAsked,
    Alert,
    AlertChannel,
    AlertDelivery,
    AlertNotice,
    ChannelDelivery,
    NewsletterIntro,
    NewsletterIssue,
    Subscriber,
    Suppression,
)
from app.models.base import Link, OParlObject, key_of
from app.models.bodies import Body, LegislativeTerm, System
from app.models.changes import Change, Consumer, StaleDocument
from app.models.facts import Mention, Street
from app.models.files import Blob, File, Page
from app.models.locations import Location
from app.models.meetings import AgendaItem, Meeting
from app.models.minutes import MinutesResult, PaperQuote
from app.models.news import News, NewsRef
from app.models.papers import Consultation, Paper
from app.models.people import Membership, Organization, Person
from app.models.places import Address, MapShape, PaperPlace, Place, PlaceDue
from app.models.publication import PublicObject, PublicSource, PublicState
from app.models.quality import PageFlag, PageScan, QualityAddress, QualityLetter, QualitySnapshot
from app.models.reports import Report
from app.models.syncing import Alias, Erasure, Lease, ListCursor, Lookup, Problem, SeenPage, Source, SyncRun
from app.models.takedowns import Hidden, PolicyDecision, Takedown, TakedownMail
from app.models.tallies import Tally, TallyDue, TallyEvent, TallyStale

OPARL_TYPES: dict[str, type[OParlObject]] = {
    model.__name__: model
    for model in (
        System,
        Body,
        LegislativeTerm,
        Organization,
        Person,
        Membership,
        Meeting,
        AgendaItem,
        Paper,
        Consultation,
        File,
        Location,
    )
}

__all__ = [
    "OPARL_TYPES",
    "Address",
    "AddressAsked",
    "AgendaItem",
    "Alert",
    "AlertChannel",
    "AlertDelivery",
    "AlertNotice",
    "Alias",
    "Blob",
    "Body",
    "Change",
    "ChannelDelivery",
    "Consultation",
    "Consumer",
    "Erasure",
    "File",
    "Hidden",
    "Lease",
    "LegislativeTerm",
    "Link",
    "ListCursor",
    "Location",
    "Lookup",
    "MapShape",
    "Meeting",
    "Membership",
    "Mention",
    "MinutesResult",
    "News",
    "NewsRef",
    "NewsletterIntro",
    "NewsletterIssue",
    "OParlObject",
    "Organization",
    "Page",
    "PageFlag",
    "PageScan",
    "Paper",
    "PaperPlace",
    "PaperQuote",
    "Person",
    "Place",
    "PlaceDue",
    "PolicyDecision",
    "Problem",
    "PublicObject",
    "PublicSource",
    "PublicState",
    "QualityAddress",
    "QualityLetter",
    "QualitySnapshot",
    "Report",
    "SeenPage",
    "Source",
    "StaleDocument",
    "Street",
    "Subscriber",
    "Suppression",
    "SyncRun",
    "System",
    "Takedown",
    "TakedownMail",
    "Tally",
    "TallyDue",
    "TallyEvent",
    "TallyStale",
    "key_of",
]
