"""A page as a test reads it: its elements with their classes, addresses and text, in their order."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from tests.adapters.casework.conftest import Send
from tests.unit.casework.told import Life

HQ = {"role": "ward-hq", "subject": "hq-1"}

_VOID = frozenset({"meta", "link", "input", "br", "path", "img"})


@dataclass
class Element:
    """An element: its tag, attributes, what is in it, and all its text with the spaces of lines taken as one."""

    tag: str
    attributes: dict[str, str]
    inside: list["Element"] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def classes(self) -> set[str]:
        return set(self.attributes.get("class", "").split())

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())

    def all(self, tag: str | None = None, class_: str | None = None) -> list["Element"]:
        """Return what is inside of this tag and class, at any depth, in its order."""
        found = []
        for one in self.inside:
            if (tag is None or one.tag == tag) and (class_ is None or class_ in one.classes):
                found.append(one)
            found += one.all(tag, class_)
        return found

    def one(self, tag: str | None = None, class_: str | None = None) -> "Element":
        found = self.all(tag, class_)
        assert found, f"no {tag or ''}.{class_ or ''}"
        return found[0]


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].inside.append(made)
        if tag not in _VOID:
            self._open.append(made)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for one in self._open:
            one.texts.append(data)


async def opened(send: Send, life: Life, query: str = "", **who: Any) -> Element:
    """Open a person's page, as somebody of ward headquarters where nobody else is named."""
    answer = await send("GET", f"/pages/persons/{life.person}{query}", **(HQ | who))
    assert answer.status_code == 200, answer.text
    return read_page(answer.text)


def read_page(html: str) -> Element:
    """Read a page. An element that is closed by another's end fails."""
    parser = _Parser()
    parser.feed(html)
    assert len(parser._open) == 1, f"<{parser._open[-1].tag}> is not closed"
    return parser.root


def lines(page: Element) -> list[str]:
    """Return the rows of the lanes as short texts, from the newest: a day, a gap, an arrow, an event's heading."""
    told = []
    for row in page.one("ol", "lanes").inside:
        if "heads" in row.classes:
            continue
        if "ev" in row.classes:
            told.append(f"{row.one('time').text} {row.one('h3').text}")
        elif "hand" in row.classes:
            told.append(f"{row.one('b').text} {row.one('span').text}")
        else:
            told.append(row.text)
    return told


def rows(page: Element, class_: str) -> list[Element]:
    """Return the rows of the lanes of one kind: ev, hand, gap, day, onset."""
    return [one for one in page.one("ol", "lanes").inside if class_ in one.classes]
