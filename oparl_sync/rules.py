"""What a server's ids are called since it moved: rules from an old beginning to a new one."""

import re
from dataclasses import dataclass
from functools import cached_property

from oparl_sync.problems import SyncError


class CannotMove(SyncError):
    """Raised when ids cannot be renamed as the rules say; nothing was changed."""


@dataclass(frozen=True)
class Rule:
    """Ids that begin with `before`, under http or https, begin with `after`; `*` stands for one number or name."""

    before: str
    after: str

    def __call__(self, url: str) -> str | None:
        """Return the new address, None where the rule does not fit or was followed already."""
        rest = url.partition("://")[2]
        if self._pattern is not None:
            match = self._pattern.fullmatch(rest)
            if match is None:
                return None
            parts = iter(match.groups())
            return re.sub(r"\*", lambda _: next(parts), self.after) + match[self._pattern.groups]
        if not rest.startswith(self._before) or (self._grows and rest.startswith(self._after)):
            return None
        tail = rest[len(self._before) :]
        whole_name = self._before.endswith(("/", "=")) or tail[:1] in ("", "/", "?", "#")
        return self.after + tail if whole_name else None

    @cached_property
    def _before(self) -> str:
        return self.before.partition("://")[2]

    @cached_property
    def _after(self) -> str:
        return self.after.partition("://")[2]

    @cached_property
    def _grows(self) -> bool:
        return self._after.startswith(self._before)

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        if "*" not in self.before:
            return None
        return re.compile("([^/?&#]+)".join(re.escape(part) for part in self._before.split("*")) + "(#.*|)")
