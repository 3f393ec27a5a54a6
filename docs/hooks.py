"""Hooks of the documentation site: what is made for it alone, and links out of docs/.

The gallery holds the shipped examples' reports, audited while the site is built; `schemas/` holds the JSON Schemas.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
OUTSIDE = re.compile(r"\[([^\]]*)\]\(((?:\.\./)+[^)#\s]+)(?:#[^)\s]*)?\)")
EXAMPLES = {
    "compas": "COMPAS",
    "promotion": "A promotion exam",
    "berkeley": "Berkeley 1973",
    "hiring": "Hiring",
    "lending": "Lending",
}
DOCUMENTS = {
    "report.html": "the report",
    "summary.html": "one page for the people affected",
    "audit.json": "the record",
}
MADE = re.compile(r"<!-- site: (\w+) -->")


def on_files(files: Any, config: Any, **_: Any) -> Any:
    """Add what is made for the site: reports of the examples, JSON Schemas."""
    from mkdocs.structure.files import File

    for path, content in (*_reports(), *_schemas()):
        files.append(File.generated(config, path, content=content))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """List what was made for the site; name files outside docs/, which the repository holds and the site does not."""
    here = (ROOT / "docs" / page.file.src_uri).parent

    def named(found: re.Match[str]) -> str:
        target = (here / found[2]).resolve()
        if target.is_relative_to(ROOT / "docs"):
            return found[0]
        return f"{found[1]} (`{target.relative_to(ROOT).as_posix()}` in the repository)"

    return OUTSIDE.sub(named, MADE.sub(lambda found: LISTS[found[1]](), markdown))


def _reports() -> Iterator[tuple[str, bytes]]:
    import ethicscheck as ec

    for name in EXAMPLES:
        result = ec.audit(ROOT / "examples" / name / "ethicscheck.yaml")
        with tempfile.TemporaryDirectory() as folder:
            result.save(folder, ["html", "summary"])
            for document in DOCUMENTS:
                yield f"gallery/{name}/{document}", (Path(folder) / document).read_bytes()


def _schemas() -> Iterator[tuple[str, bytes]]:
    from ethicscheck.cli.schema import FILES, schema_text

    for what in FILES:
        yield f"schemas/{what}.schema.json", schema_text(what).encode("utf-8")


def _gallery() -> str:
    return "\n".join(
        f"- **{title}**: " + ", ".join(f"[{words}](gallery/{name}/{file})" for file, words in DOCUMENTS.items())
        for name, title in EXAMPLES.items()
    )


def _list_of_schemas() -> str:
    from ethicscheck.cli.schema import FILES

    return "\n".join(f"- [{what}](schemas/{what}.schema.json)" for what in FILES)


LISTS = {"gallery": _gallery, "schemas": _list_of_schemas}
