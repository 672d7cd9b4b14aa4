"""What findings say, why they matter and what helps: for people who run an office and not a server."""

from app.quality.measures import (
    ACCESS,
    FIELDS,
    FILES,
    FRESHNESS,
    LICENCES,
    PLACES,
    PRIVACY,
    REFERENCES,
    TWINS,
    VALIDITY,
    WITHHELD,
)
from app.translations import N_

TITLES = {
    FRESHNESS: N_("How fresh the data are"),
    ACCESS: N_("Whether the server lets programs in"),
    FIELDS: N_("Details that are missing"),
    REFERENCES: N_("References that lead nowhere"),
    TWINS: N_("What seems to be there twice"),
    FILES: N_("Files that cannot be opened or read"),
    VALIDITY: N_("What deviates from the OParl standard"),
    LICENCES: N_("Licences"),
    PLACES: N_("Places"),
    WITHHELD: N_("What is published there and not shown here"),
    PRIVACY: N_("What may be private"),
}
# By measure: what it says. %(count)s is how many, %(of)s of how many.
SENTENCES = {
    "freshness.walk": N_("Days since all lists of the server were last read to their end: %(count)s."),
    "freshness.modified": N_("Days since anything was last changed at the council, by its own stamps: %(count)s."),
    "freshness.lists": N_("%(count)s of %(of)s lists were not read to their end for more than two days."),
    "access.blocked": N_("The server keeps programs out, for %(count)s days now."),
    "access.failing": N_("The server does not answer as it should, for %(count)s days now."),
    "Paper.name": N_("For %(count)s of %(of)s papers the title is missing."),
    "Paper.date": N_("For %(count)s of %(of)s papers the date is missing."),
    "Paper.reference": N_("For %(count)s of %(of)s papers the number is missing."),
    "Paper.paperType": N_("For %(count)s of %(of)s papers it is missing of which kind they are."),
    "Paper.originator": N_("For %(count)s of %(of)s papers it is missing who brought them in."),
    "Paper.file": N_("For %(count)s of %(of)s papers there is no file."),
    "Paper.consultation": N_("For %(count)s of %(of)s papers it is missing where they are consulted on."),
    "Paper.web": N_("For %(count)s of %(of)s papers the address of their page in the council's system is missing."),
    "Meeting.name": N_("For %(count)s of %(of)s meetings the title is missing."),
    "Meeting.start": N_("For %(count)s of %(of)s meetings the beginning is missing."),
    "Meeting.location": N_("For %(count)s of %(of)s meetings the place is missing."),
    "Meeting.organization": N_("For %(count)s of %(of)s meetings it is missing which committee meets."),
    "Meeting.agendaItem": N_("For %(count)s of %(of)s past meetings there is no agenda."),
    "Meeting.resultsProtocol": N_(
        "For %(count)s of %(of)s meetings of more than four months ago there are no minutes."
    ),
    "Meeting.web": N_("For %(count)s of %(of)s meetings the address of their page in the council's system is missing."),
    "AgendaItem.name": N_("For %(count)s of %(of)s public agenda items the title is missing."),
    "AgendaItem.number": N_("For %(count)s of %(of)s public agenda items the number is missing."),
    "AgendaItem.result": N_("For %(count)s of %(of)s public items of past meetings the result is missing."),
    "Consultation.paper": N_("For %(count)s of %(of)s consultations it is missing which paper they are about."),
    "Consultation.meeting": N_("For %(count)s of %(of)s consultations the meeting is missing."),
    "Consultation.role": N_(
        "For %(count)s of %(of)s consultations it is missing what they are for, such as the decision."
    ),
    "Person.name": N_("For %(count)s of %(of)s people the name is missing."),
    "Person.membership": N_("For %(count)s of %(of)s people it is missing what they belong to."),
    "Membership.person": N_("For %(count)s of %(of)s memberships the person is missing."),
    "Membership.organization": N_("For %(count)s of %(of)s memberships the committee is missing."),
    "Membership.startDate": N_("For %(count)s of %(of)s memberships the first day is missing."),
    "Organization.name": N_("For %(count)s of %(of)s organizations the name is missing."),
    "Organization.organizationType": N_(
        "For %(count)s of %(of)s organizations it is missing whether they are a committee or a group."
    ),
    "File.name": N_("For %(count)s of %(of)s files the name is missing."),
    "File.accessUrl": N_("For %(count)s of %(of)s files the address is missing."),
    "File.mimeType": N_("For %(count)s of %(of)s files the kind is missing, such as PDF."),
    "File.date": N_("For %(count)s of %(of)s files the date is missing."),
    "Body.license": N_("The council states no licence for all of its data."),
    "Body.ags": N_("The council's official municipality key (AGS) is missing."),
    "Body.contactEmail": N_("A mail address for questions about the data is missing."),
    "Body.website": N_("The address of the council's own website is missing."),
    "Body.legislativeTerm": N_("The council names no legislative term."),
    "LegislativeTerm.startDate": N_("For %(count)s of %(of)s legislative terms the first day is missing."),
    "Location.description": N_("For %(count)s of %(of)s places it is missing what they are called."),
    "Location.geojson": N_("%(count)s of %(of)s places have no coordinates."),
    "Paper.map": N_("%(count)s of %(of)s papers are not on the map: no place that we know is found in them."),
    "Paper.duplicates.reference": N_("%(count)s of %(of)s papers share their number with another."),
    "Paper.duplicates.name": N_("%(count)s of %(of)s papers share title and date with another."),
    "Meeting.duplicates.name": N_("%(count)s of %(of)s meetings share name and beginning with another."),
    "Organization.duplicates.name": N_("%(count)s of %(of)s organizations share name and first day with another."),
    "Person.duplicates.name": N_("%(count)s of %(of)s people share their name with another."),
    "File.files.gone": N_("%(count)s of %(of)s files are no longer at the address that the server names."),
    "File.files.failed": N_("%(count)s of %(of)s files are not delivered by the server."),
    "File.files.empty": N_(
        "%(count)s of %(of)s files hold no text, such as scans in which nothing could be recognised."
    ),
    "File.files.encrypted": N_("%(count)s of %(of)s files are locked with a password."),
    "File.files.damaged": N_("%(count)s of %(of)s files are damaged."),
    "File.files.not_a_document": N_("In place of %(count)s of %(of)s files an error page is delivered."),
    "File.files.unread": N_("%(count)s of %(of)s files could not be read for other reasons."),
    "File.files.scans": N_("%(count)s of %(of)s files are scans in whole or in part: pictures without text."),
    "privacy.pages": N_("On %(count)s of %(of)s pages that were read a program found what may be private."),
}
LINK = N_("For %(count)s of %(of)s records of the type %(type)s, the property %(property)s names what is not there.")
DEVIATION = N_("%(count)s times: %(what)s Type: %(type)s.")
NO_LICENCE = N_("For %(count)s of %(of)s records of the type %(type)s nobody states a licence.")
KEPT_BACK = N_("For %(count)s of %(of)s records of the type %(type)s the property %(property)s is not kept.")
DEVIATIONS = {
    "no-id": N_("Objects come without an id and cannot be stored."),
    "no-object": N_("List entries are no objects and cannot be stored."),
    "unknown-type": N_("Objects are of no known type and cannot be stored."),
    "wrong-type": N_("A value is of the wrong kind and is left out."),
    "unknown-property": N_("Objects have properties that OParl does not know."),
    "foreign-id": N_("Objects carry the id of another server and are not stored."),
    "second-type": N_("Objects carry the id of an object of another type and are not stored."),
    "not-stored": N_("Objects hold something that the database refuses."),
    "many-missing": N_("So many records disappeared at once that they are kept until this is certain."),
    "file-differs": N_("Files are not what the server says of them."),
}
# By measure, or else by group: why it matters and what helps.
ADVICE = {
    "Paper.date": N_(
        "Papers without a date are in no year's list and at no place in time. Enter the date in the council's "
        "system; OParl: Paper.date."
    ),
    "Paper.reference": N_("By its number people find a paper that others mention. OParl: Paper.reference."),
    "Paper.paperType": N_("Without it motions cannot be told from reports. OParl: Paper.paperType."),
    "Paper.originator": N_(
        "Without it nobody sees whose motion it is. OParl: Paper.originatorPerson, Paper.originatorOrganization."
    ),
    "Paper.file": N_("Of such a paper nothing can be read but its title. OParl: Paper.mainFile, Paper.auxiliaryFile."),
    "Paper.consultation": N_(
        "Its way through the committees cannot be followed. If it is consulted on nowhere yet, nothing needs to be "
        "done. OParl: Paper.consultation."
    ),
    "Meeting.agendaItem": N_(
        "Nobody can see what was dealt with. Release the agenda for publication; OParl: Meeting.agendaItem."
    ),
    "Meeting.resultsProtocol": N_(
        "Nobody can read up what was said. Release the minutes for publication; OParl: Meeting.resultsProtocol."
    ),
    "AgendaItem.result": N_(
        "What was decided has to be sought in the minutes. Items on which nothing is decided, such as reports, need "
        "none. OParl: AgendaItem.result."
    ),
    "Body.license": N_(
        "Without a licence nobody knows whether the data may be passed on, and they are left out of downloads. One "
        "entry is enough for all records; OParl: Body.license."
    ),
    "Body.ags": N_("By this key the data are joined with maps and statistics. OParl: Body.ags."),
    "Person.duplicates.name": N_("Two people may have the same name: then nothing needs to be done."),
    "Paper.duplicates.reference": N_(
        "Additions and new versions may carry the same number on purpose: then nothing needs to be done."
    ),
    "File.files.gone": N_("Readers come to an error page. Publish the file anew, or take its entry back."),
    "File.files.scans": N_(
        "People who cannot see, and every search, need the text. Write such files as PDF from the program they were "
        "made with, or scan them with text recognition."
    ),
    "File.files.empty": N_(
        "People who cannot see, and every search, need the text. Write such files as PDF from the program they were "
        "made with, or scan them with text recognition."
    ),
    "File.files.encrypted": N_("What is published should be open to all: publish the file without its password."),
    "access.blocked": N_(
        "Ask those who run the server to let programs read the OParl interface. Nothing is bypassed here, and what "
        "was read before stays."
    ),
    "access.failing": N_("Ask those who run the server to look after it; what was read before stays here."),
    FRESHNESS: N_("What is new at the council is seen here later than it could be."),
    FIELDS: N_("What is entered in the council's system comes here by itself."),
    REFERENCES: N_(
        "A record names another that the server does not publish: it was deleted, is not public, or its address "
        "changed. Those who run the server can look it up in the list."
    ),
    TWINS: N_("If it was entered twice, one of them can be deleted in the council's system."),
    FILES: N_("The files of the list can be opened and, where needed, published anew."),
    VALIDITY: N_(
        "This is a matter for the maker of the council's system. The list can be sent to it; it is counted for the "
        "whole server."
    ),
    LICENCES: N_(
        "Such records are left out of downloads and interfaces. One licence stated for the whole council is enough; "
        "OParl: Body.license."
    ),
    PLACES: N_(
        "With coordinates papers and meetings are found on the map. It is no fault where a paper is about no place."
    ),
    WITHHELD: N_(
        "Contact data and personal details of people are not kept here, though the server publishes them. Whether it"
        " should is a question for its data protection officer."
    ),
    PRIVACY: N_(
        "Looked for are account numbers, telephone numbers, private mail addresses, days of birth and where somebody"
        " lives. What and where is shown to nobody but the operator of this site, whom the office can ask. Much of "
        "it will be harmless."
    ),
}
# Where it is known what a product does: part of its name, measure, sentence.
PRODUCTS = (
    ("rubin", "Body.ags", N_("more! rubin gave out no such key wherever we met it: its maker can say how to add it.")),
    (
        "allris",
        "Consultation.meeting",
        N_("In ALLRIS a consultation may name its meeting only where it stands by itself, and not inside its paper."),
    ),
)
