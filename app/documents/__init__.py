"""Documents become text per page, always in a sandboxed child."""

from .reading import READER_VERSION, STATES, PageText, Reading, State
from .sandbox import Sandbox, SandboxError

__all__ = ["READER_VERSION", "STATES", "PageText", "Reading", "Sandbox", "SandboxError", "State"]
