"""docs/events.md: every topic, every event type, its fields, its sealed part."""

import inspect
from collections.abc import Iterator

import msgspec

from shared.contracts.catalogue import MODULES
from shared.contracts.envelope import HEADERS
from shared.contracts.event import Event, event_types
from shared.contracts.fields import parts
from shared.contracts.openness import KINDS
from shared.contracts.topics import TOPICS, Topic
from tsunagi.docs.markdown import page, table
from tsunagi.docs.shapes import fields_table_rows

FIELDS = ("field", "type", "must be there", "meaning")

ABOUT = f"""
What the services tell each other, one topic a subject: {len(event_types())} event types. Each is a CloudEvents 1.0
message in Kafka's binary mode: the headers say what, about whom, when, by whom and why; the value is the body in
JSON. Words that could name or describe somebody stand in its member `sealed`: AES-256-GCM under the key of the
person (household, facility) that `k` names, with the event's id and type as associated data. Who may read a topic may
read its open bodies; who has no key sees ciphertext in `sealed`.

A released type only grows. Readers keep fields and codes that they do not know. Per type:
[JSON Schema](../shared/contracts/schemas) and [golden example](../shared/contracts/golden). The same for machines:
[asyncapi.yaml](asyncapi.yaml); as a page to search, in Japanese too: [events.html](events.html) (a running
system has it under `/docs/events`).
"""


def events_page() -> str:
    """Return docs/events.md."""
    used: dict[type[msgspec.Struct], None] = {}
    topics = [line for topic in TOPICS for line in _topic(topic, used)]
    return page("Events", ABOUT.strip().splitlines(), ["", *_envelope()], topics, _parts(used))


def _envelope() -> Iterator[str]:
    yield from ("## Envelope", "")
    yield from table(
        ("header", "must be there", "what"),
        [
            ("`ce_specversion`, `content-type`", "yes", "`1.0`, `application/json`"),
            *((f"`{one.name}`", "" if one.optional else "yes", one.about) for one in HEADERS),
        ],
    )
    yield from ("Kinds of texts in an open body, besides codes:", "")
    yield from (f"- **{kind}**: {about}" for kind, about in KINDS.items() if kind != "code")
    yield ""


def _topic(topic: Topic, used: dict[type[msgspec.Struct], None]) -> Iterator[str]:
    yield from (f"## {topic.name}", "")
    about = next((module.__doc__ for module in MODULES if topic.name == module.TOPIC), None)
    if about is not None:
        yield from (*inspect.cleandoc(about).splitlines(), "")
    else:
        yield from ("Wrapped data keys, the latest of each owner; a tombstone forgets. No events.", "")
    kept = "compacted" if topic.config["cleanup.policy"] == "compact" else "kept for ever"
    yield from (
        f"Published by **{topic.owner}** · keyed by **{topic.keyed_by}** · {topic.partitions} partitions · {kept}",
        "",
    )
    for cls in event_types().values():
        if topic.name == cls.TOPIC:
            yield from _type(cls)
            used.update(dict.fromkeys(parts(cls)))
            if cls.SEALED is not None:
                used.update(dict.fromkeys(parts(cls.SEALED)))


def _type(cls: type[Event]) -> Iterator[str]:
    yield from (f"### {cls.__name__}", "", f"`{cls.TYPE}`", "", *inspect.cleandoc(cls.__doc__ or "").splitlines(), "")
    rows = fields_table_rows(cls)
    if rows:
        yield from table(FIELDS, rows)
    if cls.SEALED is not None:
        about = inspect.cleandoc(cls.SEALED.__doc__ or "") if "__doc__" in vars(cls.SEALED) else ""
        yield from (f"Sealed (`{cls.SEALED.__name__}`){': ' + about if about else ''}", "")
        yield from table(FIELDS, fields_table_rows(cls.SEALED, sealed=True))


def _parts(used: dict[type[msgspec.Struct], None]) -> Iterator[str]:
    yield from ("## Parts of bodies", "")
    for cls in sorted(used, key=lambda cls: cls.__name__):
        sealed = cls.__name__ in SEALED_PARTS
        yield from (f"### {cls.__name__}", "", *inspect.cleandoc(cls.__doc__ or "").splitlines(), "")
        yield from table(FIELDS, fields_table_rows(cls, sealed=sealed))


SEALED_PARTS = frozenset(
    part.__name__ for cls in event_types().values() if cls.SEALED is not None for part in parts(cls.SEALED)
)
"""Structs that stand in words only."""
