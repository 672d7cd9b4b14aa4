"""What is new, counted in words."""

from collections.abc import Callable

from app.queries.week import News
from app.web.i18n import N_, ngettext

# ngettext has to see both forms as they stand.
COUNTED: dict[News, Callable[[int], str]] = {
    News.PAPERS: lambda n: ngettext("new paper", "new papers", n),
    News.FILES: lambda n: ngettext("new file", "new files", n),
    News.MEETINGS: lambda n: ngettext("new meeting", "new meetings", n),
    News.AGENDAS: lambda n: ngettext("changed agenda", "changed agendas", n),
    News.CANCELLED: lambda n: ngettext("cancelled meeting", "cancelled meetings", n),
    News.MINUTES: lambda n: ngettext("minutes published", "minutes published", n),
    News.GONE_PAPERS: lambda n: ngettext("withdrawn paper", "withdrawn papers", n),
    News.GONE_FILES: lambda n: ngettext("withdrawn file", "withdrawn files", n),
}
TITLES = {
    News.PAPERS: N_("New papers"),
    News.FILES: N_("New files"),
    News.MEETINGS: N_("New meetings"),
    News.AGENDAS: N_("Changed agendas"),
    News.CANCELLED: N_("Cancelled meetings"),
    News.MINUTES: N_("Minutes published"),
    News.GONE_PAPERS: N_("Withdrawn papers"),
    News.GONE_FILES: N_("Withdrawn files"),
}
