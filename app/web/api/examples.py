"""What one can copy and run; the tests run each of them where its tool is there. `{site}` is this portal."""

from dataclasses import dataclass

from app.translations import N_


@dataclass(frozen=True, slots=True)
class Example:
    """One example: its name, the tool that runs it, what it shows, and its text."""

    name: str
    tool: str
    says: str
    text: str

    def at(self, site: str) -> str:
        """Return it for a portal."""
        return self.text.replace("{site}", site)


EXAMPLES = (
    Example(
        "search",
        "curl",
        N_("Search, as on the site"),
        'curl -fsS "{site}/api/v1/search?q=Radweg&type=Paper&limit=5"',
    ),
    Example(
        "again",
        "curl",
        N_("Ask again, and get an answer only where something changed"),
        """curl -fsS --etag-save papers.etag -o papers.json "{site}/api/v1/papers?limit=5"
curl -fsS --etag-compare papers.etag -o papers.json "{site}/api/v1/papers?limit=5" """.rstrip(),
    ),
    Example(
        "changes",
        "curl",
        N_("Take the first thousand changes, one object a line"),
        'curl -fsS -o changes.ndjson "{site}/api/v1/changes?limit=1000"',
    ),
    Example(
        "copy",
        "httpx",
        N_("Keep a copy: run it as often as you like, it takes what changed"),
        """import json
import pathlib
import time

import httpx

kept = pathlib.Path("copy.json")
copy, cursor = json.loads(kept.read_text()) if kept.exists() else ({}, "")
more = True
with httpx.Client(base_url="{site}", timeout=60) as client:
    while more:
        answer = client.get("/api/v1/changes", params={"after": cursor} if cursor else {})
        if answer.status_code == 429:
            time.sleep(int(answer.headers["Retry-After"]))
            continue
        if answer.status_code == 410:  # everything was written anew: begin again
            copy, cursor = {}, ""
            continue
        answer.raise_for_status()
        header, *lines = map(json.loads, answer.content.splitlines())
        if len(lines) != header["count"]:
            raise SystemExit("The transfer was cut.")
        for line in lines:
            if line["op"] == "upsert":
                copy[line["object"]["id"]] = line["object"]
            else:  # delete, or redact: taken out of backups, too
                copy.pop(line["id"], None)
        cursor, more = header["cursor"], header["more"]
kept.write_text(json.dumps([copy, cursor]))
print(len(copy), "objects")""",
    ),
    Example(
        "table",
        "duckdb",
        N_("Count what was taken, with DuckDB"),
        """SELECT object->>'$.type' AS type, count(*) AS objects
FROM read_ndjson('changes.ndjson', columns = {op: 'VARCHAR', object: 'JSON'})
WHERE op = 'upsert' GROUP BY ALL ORDER BY type;""",
    ),
    Example(
        "frame",
        "R",
        N_("Search results as a table, with R"),
        """library(jsonlite)
found <- fromJSON("{site}/api/v1/search?q=Radweg&type=Paper")
print(found$data[, c("date", "title", "url")])""",
    ),
)
