"""A page of ours as a tree: just enough of HTML to turn the report into another format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset({"meta", "link", "br", "hr", "img", "input", "col", "wbr"})


@dataclass
class Element:
    """An element with what is in it, in order."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    @property
    def classes(self) -> frozenset[str]:
        """The names in its class."""
        return frozenset(self.attributes.get("class", "").split())

    @property
    def elements(self) -> list[Element]:
        """The elements directly in it."""
        return [child for child in self.children if isinstance(child, Element)]

    @property
    def text(self) -> str:
        """All text in it, in order, every run of blanks as one."""
        return " ".join("".join(self._texts()).split(" "))

    def all(self, *tags: str) -> Iterator[Element]:
        """Yield every element of these tags in it, in order."""
        for child in self.elements:
            if child.tag in tags:
                yield child
            yield from child.all(*tags)

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                yield from child._texts()


def parse(page: str) -> Element:
    """Return the tree of a page that closes what it opens."""
    parser = _Parser()
    parser.feed(page)
    parser.close()
    return parser.open[0]


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("page")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if any(element.tag == tag for element in self.open[1:]):
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)
