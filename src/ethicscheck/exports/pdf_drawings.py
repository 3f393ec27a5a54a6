"""The report's page made ready for WeasyPrint: drawings get the page's style, bars become backgrounds, wide tables a wide sheet.

WeasyPrint draws each SVG by itself, so the page's style sheet does not reach into it, and it knows no variables there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any
from xml.etree.ElementTree import Element

SVG = "{http://www.w3.org/2000/svg}"
WIDE, VERY_WIDE = 8, 14  # columns from which a table gets a sheet turned on its side, and small print
_VARIABLE = re.compile(r"var\((--[\w-]+)\)")
_DRAWN = frozenset(
    {
        "color", "fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "stroke-linecap",
        "opacity", "text-anchor", "font-size", "font-weight", "transform", "display",
    }
)  # fmt: skip
_FONT = "svg{font-family:'Liberation Sans','DejaVu Sans',sans-serif;font-size:12px}"


def prepare(page: Element, css: str) -> None:
    """Change a report's tree in place; `css` is what holds on paper beside the page's own style."""
    sheet = "".join(element.text or "" for element in page.iter("style"))
    rules = _drawing_rules(sheet)
    for head in page.iter("head"):
        paper = Element("style")
        paper.text = css
        head.append(paper)
    _walk(page, (), rules)


def _walk(element: Element, above: tuple[Element, ...], rules: tuple[tuple[str, str], ...]) -> None:
    """Make an element's children ready; `above` are the elements it stands in."""
    around = (*above, element)
    for place, child in enumerate(list(element)):
        if child.tag == "script":
            element.remove(child)
        elif child.tag != f"{SVG}svg":
            _walk(child, around, rules)
        elif "bar" in _classes(child):
            _put(element, place, child, _bar(child))
        else:
            _style(child, {name for part in around for name in _classes(part)}, rules)
    if element.tag == "div" and "scroll" in _classes(element):
        _widen(element, above)


def _widen(table: Element, above: tuple[Element, ...]) -> None:
    """Put a table of many columns on a sheet turned on its side, with what introduces it; the more columns, the smaller."""
    columns = max((sum(int(cell.get("colspan") or 1) for cell in row) for row in table.iter("tr")), default=0)
    if columns < WIDE:
        return
    _mark(table, "many-columns" if columns < VERY_WIDE else "very-many-columns")
    folds = [part for part in above if part.tag == "details"]
    sections = [part for part in above if part.tag == "section" and part.get("id") == "tables"]
    _mark((sections or folds[-1:] or [table])[0], "wide-sheet")


def _mark(element: Element, name: str) -> None:
    element.set("class", " ".join([*_classes(element), name]))


def _classes(element: Element) -> list[str]:
    return (element.get("class") or "").split()


def _put(parent: Element, place: int, old: Element, new: Element) -> None:
    new.tail = old.tail
    parent[place] = new


def _bar(drawing: Element) -> Element:
    """Return a bar as the background of a box: an ornament, which needs no description beside its number."""
    widths = [float((part.get("width") or "0").rstrip("%")) for part in drawing.iter(f"{SVG}rect")]
    width = widths[-1] if widths else 0.0
    layers = [f"linear-gradient(to right,#999 0%,#999 {width}%,#eee {width}%,#eee 100%)"]
    sizes = ["100% 100%"]
    places = ["0 0"]
    for line in drawing.iter(f"{SVG}line"):
        low, high = (float((line.get(name) or "0").rstrip("%")) for name in ("x1", "x2"))
        layers.insert(
            0,
            "linear-gradient(to right,transparent 0%,transparent "
            f"{low}%,#000 {low}%,#000 {high}%,transparent {high}%,transparent 100%)",
        )
        sizes.insert(0, "100% 1.2pt")
        places.insert(0, "0 50%")
    style = (
        f"background-image:{','.join(layers)};background-size:{','.join(sizes)};background-position:{','.join(places)}"
    )
    return Element("div", {"class": "pdf-bar", "style": style})


def _style(drawing: Element, around: set[str], rules: tuple[tuple[str, str], ...]) -> None:
    """Give a drawing the rules that can concern it, and a name where it has none; `around` are classes it stands in."""
    names = {name for part in drawing.iter() for name in _classes(part)}
    if "outcomes" in names:
        _halos(drawing)
    near = [(_from_within(selector, around - names), said) for selector, said in rules]
    own = [f"{selector}{{{said}}}" for selector, said in near if _named(selector) <= names]
    style = Element(f"{SVG}style")
    style.text = _FONT + "".join(own)
    drawing.insert(0, style)
    for inner in drawing.iter(f"{SVG}svg"):
        if inner is not drawing:  # a place within the drawing, as wide as it all: per cents count from there
            for name, value in (("width", "100%"), ("height", "100%"), ("overflow", "visible")):
                inner.set(name, inner.get(name, value))
    if not any(part.tag == f"{SVG}title" for part in drawing):
        title = Element(f"{SVG}title")
        title.text = "What the text beside it says, drawn"
        drawing.insert(0, title)


def _from_within(selector: str, around: set[str]) -> str:
    """Return a selector without what it says of elements that a drawing stands in, for it is drawn by itself.

    >>> _from_within(".finding .dots text", {"finding"})
    '.dots text'
    """
    parts = selector.split()
    while len(parts) > 1 and _named(parts[0]) and _named(parts[0]) <= around:
        parts.pop(0)
    return " ".join(parts)


def _named(selector: str) -> set[str]:
    return set(re.findall(r"\.([\w-]+)", selector))


def _halos(drawing: Element) -> None:
    """Put a white copy under each number that stands on stripes, since WeasyPrint can't draw outlines first."""
    for part in list(drawing.iter(f"{SVG}svg")):
        if not any("stripes" in _classes(line) for line in part):
            continue
        for text in part.findall(f"{SVG}text"):
            under = deepcopy(text)
            under.tail = None
            under.set("style", "fill:#fff;stroke:#fff;stroke-width:5px;stroke-linejoin:round")
            part.insert(list(part).index(text), under)


def _drawing_rules(sheet: str) -> tuple[tuple[str, str], ...]:
    """Return the rules of a style sheet that draw, as they hold in print, with variables filled in."""
    import tinycss2

    parsed = list(_rules(tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True)))
    variables: dict[str, str] = {}
    for selector, said in parsed:
        if selector == ":root":
            variables |= {name: value for name, value in said if name.startswith("--")}
    found = []
    for selector, said in parsed:
        drawn = {name: value for name, value in said if name in _DRAWN}
        if "paint-order" in dict(said):  # a halo under letters, which WeasyPrint would draw over them
            drawn = {name: value for name, value in drawn.items() if not name.startswith("stroke")}
        text = ";".join(f"{name}:{_filled(value, variables)}" for name, value in drawn.items())
        found += [(part.strip(), text) for part in selector.split(",") if text and "::" not in part]
    return tuple(found)


def _rules(nodes: Any) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield every rule that holds in print: its selector, and names and values."""
    import tinycss2

    for node in nodes:
        if node.type == "at-rule" and node.lower_at_keyword == "media":
            if "print" in tinycss2.serialize(node.prelude):
                yield from _rules(tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True))
        elif node.type == "qualified-rule":
            declared = tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True)
            yield (
                tinycss2.serialize(node.prelude).strip(),
                [
                    (part.name, tinycss2.serialize(part.value).strip())
                    for part in declared
                    if part.type == "declaration"
                ],
            )


def _filled(value: str, variables: dict[str, str]) -> str:
    return _VARIABLE.sub(lambda found: variables.get(found[1], "#000"), value)
