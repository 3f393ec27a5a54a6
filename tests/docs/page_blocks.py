"""Reads the code blocks of a page and what its invisible comments say of them.

A comment directly before a block says how it is tried: `<!-- not run: REASON -->`, `<!-- exits: 1 -->`,
`<!-- file: PATH -->` (written to PATH, not run), `<!-- in: FOLDER -->`, `<!-- output -->` (what the block above printed),
`<!-- needs: MODULE -->` (tried where that other tool is installed: `nox -s coming_from`).
`<!-- setup: NAME -->` and `<!-- files: FROM > TO -->`, anywhere, prepare the page's folder.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
RUN = frozenset({"sh", "console", "python"})
PARSED = frozenset({"yaml", "json", "toml"})
SHOWN = frozenset({"text", "pycon", "csv", "nginx", "jinja", "html", "markdown", "diff", "bibtex", "groovy"})
MARKS = frozenset({"not run", "exits", "file", "in", "output", "needs"})
_COMMENT = re.compile(r"<!--\s*(not run|exits|file|in|output|needs|setup|files)\s*(?::\s*(.*?))?\s*-->", re.DOTALL)
_COMMAND = re.compile(r"^\s*(\$ |ethicscheck |pip |python3? |nox |pytest |curl |git )")


@dataclass(frozen=True)
class Block:
    """One code block."""

    page: str
    line: int
    language: str
    text: str
    marks: dict[str, str]

    @property
    def where(self) -> str:
        """Return the place, as messages name it."""
        return f"{self.page}:{self.line}"

    @property
    def reason(self) -> str | None:
        """Return why it is not run; None when it is."""
        return self.marks.get("not run")

    @property
    def can_be_tried(self) -> bool:
        """Say whether it is to be run, and the other tool it may need is there."""
        return self.reason is None and ("needs" not in self.marks or find_spec(self.marks["needs"]) is not None)

    @property
    def hides_a_command(self) -> bool:
        """Say whether it is called output or nothing at all, and looks like commands."""
        first = next((line for line in self.text.splitlines() if line.strip()), "")
        return self.language not in RUN | PARSED and bool(_COMMAND.match(first))


@dataclass(frozen=True)
class Page:
    """A page's blocks in order and what prepares its folder."""

    name: str
    blocks: tuple[Block, ...]
    setups: tuple[str, ...]
    files: tuple[tuple[str, str], ...]


def pages() -> tuple[Path, ...]:
    """Return every page of the site, and the README."""
    return (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))


def read_page(path: Path) -> Page:
    """Read a page."""
    name = str(path.relative_to(ROOT))
    blocks: list[Block] = []
    setups: list[str] = []
    files: list[tuple[str, str]] = []
    marks: dict[str, str] = {}
    for token in MarkdownIt("commonmark").parse(path.read_text(encoding="utf-8")):
        if token.type == "html_block":
            for kind, value in _COMMENT.findall(token.content):
                if kind == "setup":
                    setups.append(value)
                elif kind == "files":
                    origin, _, target = value.partition(" > ")
                    files.append((origin.strip(), target.strip() or Path(origin.strip()).name))
                else:
                    marks[kind] = value
        elif token.type in ("fence", "code_block"):
            language = token.info.split()[0] if token.info.strip() else ""
            line = (token.map or [0])[0] + 1
            blocks.append(Block(name, line, language, token.content, marks))
            marks = {}
        elif token.type not in ("list_item_open", "bullet_list_open", "ordered_list_open"):
            assert not marks, f"{name}: a comment on how to run a block stands before no block: {marks}"
    assert not marks, f"{name}: a comment on how to run a block stands before no block: {marks}"
    return Page(name, tuple(blocks), tuple(setups), tuple(files))
