"""What stands on the page of all events, and how it becomes HTML: one page, in Japanese and English.

It is written to docs/events.html by `make docs`, whole in one file, and served by every API under /docs/events.
"""

import inspect
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined

from shared.contracts import codes
from shared.contracts.catalogue import MODULES
from shared.contracts.codes.codeset import Label
from shared.contracts.envelope import HEADERS
from shared.contracts.event import Event, event_types
from shared.contracts.fields import Field, Shape, about, fields, parts
from shared.contracts.freeze import Golden, Shelf
from shared.contracts.openness import OPEN
from shared.contracts.titles import SERVICES, title_of
from shared.contracts.titles import TOPICS as TITLES
from shared.contracts.topics import KEYS, TOPICS, Topic

STYLE, SCRIPT = "events.css", "events.js"
_SHOWN = 48
"""Characters of a sealed part that an example shows; the rest says nothing more."""

_KINDS: Mapping[str, Label] = {
    "id": Label("ID", "id (UUID)"),
    "yes/no": Label("はい・いいえ", "yes/no"),
    "whole number": Label("整数", "whole number"),
    "decimal number": Label("小数", "decimal number"),
    "date": Label("日付", "date"),
    "instant": Label("日時", "instant, with its offset"),
    "text": Label("文章", "text"),
    "question": Label("めやすの問いと答え", "codes of a guide's questions or answers"),
    "actor": Label("職員などのID", "id of a member of staff or service, never a name"),
    "partner": Label("移送事業者のID", "id of a transport partner"),
    "base": Label("拠点のID", "id of a base of casework"),
    "number": Label("番号", "number of a paper or register"),
    "area": Label("JIS区・市コード", "JIS code of a ward or city"),
    "version": Label("名前@版", "name@version of what was applied"),
    "field": Label("項目名", "name of a field"),
    "published": Label("公表された事実", "published fact"),
}
_OF: Mapping[str, Label] = {
    "one": Label("", ""),
    "list": Label("（複数）", "list of "),
    "mapping": Label("（対応表）", "mapping to "),
}


class Told(NamedTuple):
    """One event type as the page shows it."""

    type: str
    name: str
    version: str
    title: Label
    about: str
    fields: list[Field]
    sealed: list[Field]
    words: str
    """What the sealed part is called; "" where nothing is sealed."""
    published: bool
    examples: list[tuple[str, str, str]]
    """For each golden: its name, the value as JSON, the opened words as JSON ("" where there are none)."""


class Group(NamedTuple):
    """One topic as the page shows it."""

    topic: Topic
    title: Label
    about: str
    events: list[Told]
    service: str


@cache
def page(*, whole: bool) -> str:
    """Return the page: `whole` in one file, or with its style and script beside it (a strict policy forbids others)."""
    environment = Environment(
        loader=PackageLoader("shared.platform.event_page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text = environment.get_template("events.html").render(
        whole=whole,
        style=style(),
        script=script(),
        services=SERVICES,
        groups=groups(),
        headers=HEADERS,
        envelope=_json(msgspec.json.decode((Shelf().golden / "headers.json").read_bytes())),
        parts=[(cls.__name__, about(cls), fields(cls, sealed=cls in _sealed_parts())) for cls in _all_parts()],
        sets=list(codes.ALL.values()),
        kind=_kind,
        of=lambda shape: _OF[shape.of],
        users=_users(),
    )
    # Quotes need no escape outside of attributes, and none of ours holds one: a tenth of the page.
    lines = "\n".join(line for line in text.replace("&#34;", '"').splitlines() if line.strip())
    return re.sub(r"\n(?=</?t)", "", lines) + "\n"  # a cell that says nothing is empty, and is not shown on a phone


def style() -> str:
    """Return the page's style: what all pages share, and its own."""
    shared = files("shared.platform.pages").joinpath("static", "base.css").read_text("utf-8")
    return shared + files(__package__).joinpath("static", STYLE).read_text("utf-8")


def script() -> str:
    """Return the page's script: searching, which is a comfort."""
    return files(__package__).joinpath("static", SCRIPT).read_text("utf-8")


def groups() -> list[Group]:
    """Return every topic with its events."""
    return [_group(topic) for topic in TOPICS]


def _group(topic: Topic) -> Group:
    module = next((module.__doc__ for module in MODULES if topic.name == module.TOPIC), None)
    said = module or "Wrapped data keys, the latest of each owner; a tombstone forgets. No events."
    events = [_told(cls) for cls in event_types().values() if topic.name == cls.TOPIC]
    return Group(topic, TITLES[topic.name], inspect.cleandoc(said), events, " ".join(topic.owners))


def _told(cls: type[Event]) -> Told:
    published = any(kind.kind == "published" and name.startswith(f"{cls.__name__}.") for name, kind in OPEN.items())
    return Told(
        type=cls.TYPE,
        name=cls.__name__,
        version=cls.TYPE.rpartition(".")[2],
        title=title_of(cls.TYPE),
        about=about(cls),
        fields=fields(cls),
        sealed=[] if cls.SEALED is None else fields(cls.SEALED, sealed=True),
        words="" if cls.SEALED is None else cls.SEALED.__name__,
        published=published,
        examples=[_example(file.read_bytes(), n) for n, file in enumerate(Shelf().goldens(cls.TYPE))],
    )


def _example(raw: bytes, n: int) -> tuple[str, str, str]:
    golden = msgspec.json.decode(raw, type=Golden)
    value = msgspec.json.decode(golden.value)
    if "sealed" in value and len(value["sealed"]["c"]) > _SHOWN:
        value["sealed"]["c"] = value["sealed"]["c"][:_SHOWN] + "…"
    return f"golden{f'+{n}' if n else ''}", _json(value), "" if golden.words is None else _json(golden.words)


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=1).decode()


def _kind(shape: Shape) -> Label:
    return _KINDS[shape.what]


@cache
def _sealed_parts() -> frozenset[type[msgspec.Struct]]:
    return frozenset(part for cls in event_types().values() if cls.SEALED is not None for part in parts(cls.SEALED))


def _all_parts() -> list[type[msgspec.Struct]]:
    """Return every struct that stands inside a body or words, by name."""
    found = {part for cls in event_types().values() for part in parts(cls)} | _sealed_parts()
    return sorted(found, key=lambda cls: cls.__name__)


def _users() -> Mapping[str, list[str]]:
    """Return the fields that hold codes of a set, by its name."""
    users: dict[str, list[str]] = {}
    for field, declared in _declared():
        users.setdefault(declared, []).append(field)
    return users


def _declared() -> Iterator[tuple[str, str]]:
    return ((field, kind.codes) for field, kind in OPEN.items() if kind.codes is not None)


__all__ = ["KEYS", "SCRIPT", "STYLE", "Group", "Told", "groups", "page", "script", "style"]
