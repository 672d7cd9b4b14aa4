"""The site on a production WSGI server."""

import os
from threading import Thread
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from app.config import Settings
from app.documents.preview_cache import WAITING


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn, with everything given by hand and nothing read from files."""

    def __init__(self, settings: Settings, host: str, port: int, workers: int) -> None:
        self.settings = settings
        self.given = {
            "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            # Processes, because an engine's threads do not run side by side; threads, because readers are slow.
            "workers": workers,
            "worker_class": "gthread",
            "threads": WAITING + 1,
            "timeout": 30,
            "limit_request_line": 8190,
            "proc_name": "ratslupe",
            # Its warnings name who sent what is no request; the privacy page says that no IP address is written down.
            "loglevel": "error",
        }
        super().__init__()

    def load_config(self) -> None:
        """Take what was given."""
        for name, value in self.given.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build the site, once in every worker process."""
        from app.web import create_app  # noqa: PLC0415 - after the fork: no engine or file is shared between processes
        from app.web.site import EXTENSION  # noqa: PLC0415 - as above

        app = create_app(self.settings, patient=True)
        Thread(target=app.extensions[EXTENSION].previews.warm, name="warm", daemon=True).start()
        return app


def serve(settings: Settings, host: str, port: int, workers: int = 0) -> Any:
    """Serve until interrupted; one process a core unless told otherwise."""
    Server(settings, host, port, workers or min(os.cpu_count() or 1, 16)).run()
