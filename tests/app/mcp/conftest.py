"""The town of the site's own tests."""

from tests.app.web.conftest import built_town, town

__all__ = ["built_town", "town"]
