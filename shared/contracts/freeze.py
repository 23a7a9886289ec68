"""Write the schema and the golden example of new event types: `python -m shared.contracts.freeze`.

What was released (`released.txt`) may only grow, and its goldens are never written again: bytes that were once in a
log must be readable for ever. A type that has not been released yet is written anew with `--unreleased`.
"""

import sys
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.contracts import codes
from shared.contracts.bodies import undeclared
from shared.contracts.compatibility import breaks, codes_lost
from shared.contracts.envelope import Envelope, Sealed, to_headers, with_sealed
from shared.contracts.event import Event, encode_body, encode_words, event_types
from shared.contracts.examples import AT, example, example_envelope
from shared.contracts.schema import Schema, schema_of, schema_text
from shared.kernel.ids import derived_id

HERE = Path(__file__).parent
TEST_KEY = bytes(range(32))
"""The key under which the goldens' words are sealed; no person's."""
NEW_ONLY = "run `python -m shared.contracts.freeze` (it writes NEW types only)"
AGAIN = "not released yet: run `python -m shared.contracts.freeze --unreleased`"
V2 = "a released type only grows: make a .v2 beside it"


class Golden(msgspec.Struct, frozen=True, kw_only=True):
    """One message as it stands in Kafka, and what it says: the event's fields, and its words once opened."""

    topic: str
    key: str
    headers: dict[str, str]
    value: str
    event: dict[str, Any]
    words: dict[str, Any] | None = None


def golden_of(cls: type[Event]) -> Golden:
    """Make the golden of a type: its example, sealed under the test key with a nonce that its name gives."""
    happened, envelope = example(cls), example_envelope(cls)
    words = getattr(happened, "words", None)
    sealed = None
    if words is not None:
        nonce = sha256(cls.TYPE.encode()).digest()[:12]
        data = envelope.id.bytes + cls.TYPE.encode()
        sealed = Sealed(k=envelope.key, c=nonce + AESGCM(TEST_KEY).encrypt(nonce, encode_words(words), data))
        happened = msgspec.structs.replace(happened, words=None)
    return Golden(
        topic=envelope.topic,
        key=str(envelope.key),
        headers=_headers(envelope),
        value=with_sealed(encode_body(happened), sealed).decode(),
        event=msgspec.to_builtins(happened),
        words=None if words is None else msgspec.to_builtins(words),
    )


def golden_headers() -> dict[str, str]:
    """Make the golden of the envelope: every header that there is."""
    cls = event_types()["tsunagi.intake.person.registered.v1"]
    envelope = example_envelope(
        cls, said_by="family", corrects=derived_id("corrected"), device_offset=-95, time=AT.replace(hour=3)
    )
    return _headers(msgspec.structs.replace(envelope, precision="day", channel="fax", version=7))


def _headers(envelope: Envelope) -> dict[str, str]:
    return {name: value.decode() for name, value in to_headers(envelope)}


def _text(thing: object) -> str:
    return msgspec.json.format(msgspec.json.encode(thing), indent=2).decode() + "\n"


class Shelf:
    """The schemas, goldens, codes and the list of what was released, as they stand on disk."""

    def __init__(self, folder: Path = HERE) -> None:
        self.folder = folder
        self.schemas = folder / "schemas"
        self.golden = folder / "golden"

    def released(self) -> frozenset[str]:
        lines = (self.folder / "released.txt").read_text("utf-8").splitlines()
        return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))

    def schema(self, type_: str) -> Schema | None:
        file = self.schemas / f"{type_}.json"
        return msgspec.json.decode(file.read_bytes()) if file.exists() else None

    def types(self) -> frozenset[str]:
        return frozenset(file.stem for file in self.schemas.glob("tsunagi.*.json"))

    def goldens(self, type_: str) -> list[Path]:
        """Return a type's goldens, the oldest first: a released type that grew has one for each form."""
        grown = sorted(self.golden.glob(f"{type_}+*.json"), key=lambda file: int(file.stem.rpartition("+")[2]))
        return [*(file for file in [self.golden / f"{type_}.json"] if file.exists()), *grown]

    def codes(self) -> Mapping[str, list[str]]:
        file = self.schemas / "codes.json"
        return msgspec.json.decode(file.read_bytes(), type=dict[str, list[str]]) if file.exists() else {}


def faults(shelf: Shelf, types: Mapping[str, type[Event]]) -> Iterator[str]:
    """Yield what stands between the types and what is on disk, each with what to do."""
    released = shelf.released()
    for name, cls in types.items():
        stored, today = shelf.schema(name), schema_of(cls)
        if undeclared(cls):
            yield f"{name}: declare in openness.OPEN what these texts are: {', '.join(undeclared(cls))}"
        elif stored is None or not shelf.goldens(name):
            yield f"{name}: no schema or golden yet; {NEW_ONLY}"
        elif name in released:
            yield from (f"{name}: {broken}; {V2}" for broken in breaks(stored, today))
            if not breaks(stored, today) and stored != today:
                yield f"{name}: it grew, or is described otherwise; {NEW_ONLY.split(' (', maxsplit=1)[0]}"
        elif stored != today or shelf.goldens(name)[-1].read_text("utf-8") != _text(golden_of(cls)):
            yield f"{name}: changed; {AGAIN}"
    for name in sorted(shelf.types() - types.keys()):
        yield f"{name}: is gone; {V2 if name in released else AGAIN}"
    for name in sorted(released - types.keys() - shelf.types()):
        yield f"{name}: was released and is gone; {V2}"
    if released:
        yield from codes_lost(shelf.codes(), codes.ALL)
    if not (shelf.golden / "headers.json").exists():
        yield f"headers: no golden yet; {NEW_ONLY}"


def freeze(shelf: Shelf, types: Mapping[str, type[Event]], *, unreleased: bool = False) -> Iterator[str]:
    """Write what is new, what grew and, with `unreleased`, what was never released; yield what was written."""
    shelf.schemas.mkdir(exist_ok=True)
    shelf.golden.mkdir(exist_ok=True)
    released = shelf.released()
    for name, cls in types.items():
        stored, today = shelf.schema(name), schema_of(cls)
        if undeclared(cls):
            continue  # `faults` says which
        if name in released:
            if stored is None or breaks(stored, today):
                continue  # `faults` says why
            if stored["properties"].keys() != today["properties"].keys() or stored["$defs"] != today["$defs"]:
                yield from _write(_next(shelf, name), _text(golden_of(cls)))
        elif stored is None or unreleased or not shelf.goldens(name):
            yield from _write(shelf.golden / f"{name}.json", _text(golden_of(cls)))
        else:
            continue
        yield from _write(shelf.schemas / f"{name}.json", schema_text(today))
    if unreleased:
        for name in sorted(shelf.types() - types.keys() - released):
            for file in (shelf.schemas / f"{name}.json", *shelf.goldens(name)):
                file.unlink()
                yield f"{file.name} removed"
    if unreleased or not (shelf.golden / "headers.json").exists():
        yield from _write(shelf.golden / "headers.json", _text(golden_headers()))


def _next(shelf: Shelf, name: str) -> Path:
    return shelf.golden / f"{name}+{len(shelf.goldens(name))}.json"


def _write(file: Path, text: str) -> Iterator[str]:
    if not file.exists() or file.read_text("utf-8") != text:
        file.write_text(text, "utf-8")
        yield f"{file.name} written"


def release(shelf: Shelf, types: Mapping[str, type[Event]]) -> Iterator[str]:
    """Mark every type as released, and keep the codes that it goes out with; yield what was marked."""
    new = sorted(types.keys() - shelf.released())
    file = shelf.folder / "released.txt"
    file.write_text(file.read_text("utf-8") + "".join(f"{name}\n" for name in new), "utf-8")
    known = {name: list(set_) for name, set_ in codes.ALL.items()}
    yield from _write(shelf.schemas / "codes.json", _text(known))
    yield from (f"{name} released" for name in new)


def main(arguments: list[str]) -> int:
    """Run the command; 1 where something is left to do by hand, 2 for a wrong option."""
    if set(arguments) - {"--unreleased", "--release"}:
        sys.stderr.write("python -m shared.contracts.freeze [--unreleased] [--release]\n")
        return 2
    shelf, types = Shelf(), event_types()
    sys.stdout.writelines(f"{line}\n" for line in freeze(shelf, types, unreleased="--unreleased" in arguments))
    left = list(faults(shelf, types))
    if not left and "--release" in arguments:
        sys.stdout.writelines(f"{line}\n" for line in release(shelf, types))
    sys.stderr.writelines(f"{line}\n" for line in left)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
