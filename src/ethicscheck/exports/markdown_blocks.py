"""Elements of the report's page as blocks of Markdown: headings, paragraphs, lists, tables, folds.

What is only for the eye (drawings, keys to them) and only for screen readers (names of what the eye sees) is left out: the
takeaway above a drawing and the table below it say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from .html_tree import Element
from .markdown_text import block, code, escape, fenced, link, own_link, raw

_SKIPPED_TAGS = frozenset({"svg", "script", "style", "nav", "template", "head"})
_SKIPPED = frozenset({"unseen", "skip", "key", "sweep-key", "ends", "small-range", "multiples"})
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BLOCKS = frozenset(
    {
        *_HEADINGS, "p", "ul", "ol", "dl", "table", "details", "div", "section", "article", "figure", "figcaption", "pre",
        "header", "main", "footer", "aside", "blockquote", "hr",
    }
)  # fmt: skip


class Writer:
    """Collects blocks of Markdown; `folds` says whether what is folded away is written out."""

    def __init__(self, folds: bool = True) -> None:
        self.blocks: list[str] = []
        self.folds = folds

    def add(self, element: Element) -> None:
        """Write an element and all that is in it."""
        tag, classes = element.tag, element.classes
        if _is_skipped(element):
            return
        if tag == "header":
            self._header(element)
        elif tag in _HEADINGS:
            self._put(f"{'#' * int(tag[1])} {_closed(inline(element))}")
        elif tag == "figcaption":
            drawn = [part for part in element.children if isinstance(part, str) or "quiet" not in part.classes]
            self._put(block(inline(Element("p", {}, drawn))))
        elif tag == "p":
            self._put(block(_emphasis(inline(element, "answer" in classes), classes)))
        elif tag in ("ul", "ol"):
            self._put("\n".join(f"- {block(inline(item))}" for item in element.elements if inline(item)))
        elif tag == "dl":
            self._put("\n".join(_facts(element)))
        elif tag == "table":
            self._put(_table(element))
        elif tag == "pre":
            self._put(fenced(element.text))
        elif tag == "details":
            self._fold(element)
        elif tag in ("footer", "hr"):
            self._put("---")
            self._all(element)
        elif tag == "article" and "finding" in classes:
            self._finding(element)
        elif "item" in classes:
            self._item(element)
        else:
            self._all(element)

    def _put(self, text: str) -> None:
        if text.strip():
            self.blocks.append(text)

    def _all(self, element: Element) -> None:
        """Write what is in a container: its blocks, and as a paragraph each stretch of text between them."""
        loose = Element("p")
        for child in element.children:
            if isinstance(child, Element) and child.tag in _BLOCKS:
                self._put(block(inline(loose)))
                loose = Element("p")
                self.add(child)
            else:
                loose.children.append(child)
        self._put(block(inline(loose)))

    def _fold(self, element: Element) -> None:
        summaries = [part for part in element.elements if part.tag == "summary"]
        name = raw(" ".join(shown_text(part) for part in summaries))
        if not self.folds:
            self._put(
                f"*{escape(shown_text(summaries[0])) if summaries else ''}: in report.html and audit.json, for its size.*"
            )
            return
        inner = Writer()
        for part in element.elements:
            if part.tag != "summary":
                inner.add(part)
        self._put(f"<details>\n<summary>{name}</summary>")
        self.blocks += inner.blocks
        self._put("</details>")

    def _header(self, element: Element) -> None:
        """Write the title and then the verdict: what a reader has come for."""
        verdicts = [part for part in element.elements if "verdict" in part.classes]
        others = [part for part in element.elements if part not in verdicts and part.tag != "h1"]
        for part in (part for part in element.elements if part.tag == "h1"):
            self.add(part)
        for part in verdicts:
            marks = [inline(mark) for mark in part.all("span") if "mark" in mark.classes]
            texts = [inline(text) for text in part.all("p")]
            self._put("> " + "<br>".join([_bold(" ".join([*marks, *texts[:1]])), *texts[1:]]))
            for list_ in part.all("ul"):
                self.add(list_)
        for part in others:
            self.add(part)

    def _finding(self, element: Element) -> None:
        """Write a finding; its verdict stands in its heading."""
        badges = [part for part in element.elements if "badge" in part.classes]
        for part in element.elements:
            if part.tag in _HEADINGS and badges:
                self._put(f"{'#' * int(part.tag[1])} {inline(badges[0])}: {_closed(inline(part))}")
            elif part not in badges:
                self.add(part)

    def _item(self, element: Element) -> None:
        """Write a question of a checklist; its state stands before it."""
        states = [part for part in element.all("p") if "state" in part.classes]
        for part in element.all("p", "table", "div"):
            if "question" in part.classes:
                self._put(f"**{' '.join(map(inline, states))}: {inline(part)}**")
        inner = Writer(self.folds)
        for part in element.elements:
            inner.add(part)
        asked = [block(inline(part)) for part in element.all("p") if part.classes & {"state", "question"}]
        self.blocks += [text for text in inner.blocks if text not in asked]


def inline(element: Element, lines: bool = False, in_table: bool = False) -> str:
    """Return what is in an element as inline Markdown; `lines` keeps line breaks."""
    return "".join(_inline(element, lines, in_table)).strip()


def _inline(element: Element, lines: bool, in_table: bool) -> Iterator[str]:
    for child in element.children:
        if isinstance(child, str):
            rows = child.split("\n") if lines else [child]
            yield "<br>".join(escape(row) for row in rows)
        elif _is_skipped(child):
            continue
        elif child.tag == "br":
            yield "<br>"
        elif child.tag == "code" or "digest" in child.classes:
            yield code(child.text, in_table)
        elif child.tag == "small":
            yield f"<br>{inline(child, lines, in_table)}"
        elif child.tag in ("i", "em"):
            yield f"*{inline(child, lines, in_table)}*" if inline(child) else ""
        elif "tag" in child.classes:
            yield f"({inline(child, lines, in_table)})"
        elif child.tag in ("strong", "b"):
            yield _bold(inline(child, lines, in_table))
        elif child.tag == "a":
            to = child.attributes.get("href", "")
            yield own_link(to) if child.text == to else link(inline(child, lines, in_table), to)
        elif child.tag in _BLOCKS:
            yield f" {inline(child, lines, in_table)} "
        else:
            yield "".join(_inline(child, lines, in_table))


def shown_text(element: Element) -> str:
    """Return the text of an element that is shown."""
    parts = [
        child if isinstance(child, str) else "" if _is_skipped(child) else shown_text(child)
        for child in element.children
    ]
    return " ".join("".join(parts).split())


def _is_skipped(element: Element) -> bool:
    return element.tag in _SKIPPED_TAGS or bool(element.classes & _SKIPPED)


def _emphasis(text: str, classes: frozenset[str]) -> str:
    return _bold(text) if classes & {"word", "conclusion", "conflict"} else text


def _bold(text: str) -> str:
    return f"**{text}**" if text and "**" not in text else text


def _closed(heading: str) -> str:
    """Return a heading's text whose last sign is no closing sequence."""
    return f"{heading[:-1]}\\#" if heading.endswith("#") else heading


def _facts(element: Element) -> Iterator[str]:
    """Yield a list of names and values, a line each; those of the page stand in a div each, or one after the other."""
    pairs: list[tuple[str, str]] = []
    for part in [piece for child in element.elements for piece in (child.elements if child.tag == "div" else [child])]:
        if part.tag == "dt":
            pairs.append((inline(part), ""))
        elif part.tag == "dd" and pairs:
            name, said = pairs[-1]
            value = code(part.text) if "digest" in part.classes and " " not in part.text.strip() else inline(part)
            pairs[-1] = (name, f"{said}<br>{value}" if said else value)
    yield from (f"- {_bold(name)}: {value}" for name, value in pairs)


def _table(table: Element) -> str:
    """Return a table as GitHub and GitLab have them: one row of names, no cell over several columns, aligned."""
    grouped = [(kind, _cells(row, "nums" in table.classes)) for kind, row in _rows(table)]
    width = max((len(cells) for _, cells in grouped), default=0)
    named = [cells for kind, cells in grouped if kind == "thead"]
    header = _filled(named[-1], width) if named else [("", False)] * width
    body = [(kind, _filled(cells, width)) for kind, cells in grouped if kind != "thead"]
    kept = [place for place in range(width) if any(cells[place][0] for _, cells in body)]
    if not kept or not body:
        return ""
    right = [header[place][1] or any(cells[place][1] for _, cells in body) for place in kept]
    lines = [_line(header[place][0] for place in kept), _line("---:" if side else "---" for side in right)]
    for kind, cells in body:
        texts = [cells[place][0] for place in kept]
        strong = kind == "tfoot" or (len(texts) > 1 and texts[0] and not any(texts[1:]))
        lines.append(_line(map(_bold, texts) if strong else texts))
    return "\n".join(lines)


def _rows(table: Element) -> Iterator[tuple[str, Element]]:
    for part in table.elements:
        if part.tag == "tr":
            yield "tbody", part
        elif part.tag in ("thead", "tbody", "tfoot"):
            yield from ((part.tag, row) for row in part.elements if row.tag == "tr")


def _cells(row: Element, numbers: bool) -> list[tuple[str, bool]]:
    """Return the cells of a row: the text, and whether it stands to the right."""
    cells: list[tuple[str, bool]] = []
    for cell in row.elements:
        right = bool(cell.classes & {"n", "count"}) or (numbers and bool(cells))
        mark = next((sign for name, sign in _MARKS.items() if name in cell.classes), "")
        said = code(cell.text, in_table=True) if "digest" in cell.classes else inline(cell, in_table=True)
        cells.append((mark + said, right))
        cells += [("", right)] * (int(cell.attributes.get("colspan", "1")) - 1)
    return cells


_MARKS = {"high": "▲ ", "low": "▼ "}  # as the page's style sheet draws them


def _filled(cells: Sequence[tuple[str, bool]], width: int) -> list[tuple[str, bool]]:
    return [*cells, *[("", False)] * (width - len(cells))]


def _line(texts: Iterable[str]) -> str:
    return f"| {' | '.join(texts)} |"
