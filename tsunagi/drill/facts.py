"""The real shelters of a scenario: published facts, carried compactly so that a drill needs no file from outside.

`python -m tsunagi.drill.facts LIST > tsunagi/drill/scenarios/kobe-shelters.json` writes such a file from a list as
国土地理院 publishes it (by `tsunagi.importing`); `shelters()` reads it back into the very rows that an import of the
list gives, so that importing the list itself later changes nothing.
"""

import json
import sys
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

import msgspec

from shared.contracts.transfer_facility import Received
from shared.kernel.ids import derived_id
from tsunagi.importing.rows import ListedShelter
from tsunagi.importing.shelters import parse

_PACKAGE = "tsunagi.drill.scenarios"

_Row = tuple[str, str, str, str, str, float, float, int | None, int]
"""Number (共通ID without city), name, kind, ward, address, latitude, longitude, wording, same place (1, 0, -1)."""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """The file: what is common to all rows, and the rows."""

    about: str
    source: str
    licence: str
    attribution: str
    taken: str
    city: str
    address_begins: str
    id_begins: str
    wordings: tuple[Received, ...]
    columns: tuple[str, ...]
    rows: tuple[_Row, ...]


def shelters(name: str) -> tuple[ListedShelter, ...]:
    """Return the shelters of the facts file of that name, as an import of the published list gives them."""
    facts = msgspec.json.decode(files(_PACKAGE).joinpath(name).read_bytes(), type=Facts)
    return tuple(_expanded(facts, row) for row in facts.rows)


def _expanded(facts: Facts, row: _Row) -> ListedShelter:
    number, name, kind, ward, address, latitude, longitude, wording, same_place = row
    official_id = facts.id_begins + number
    return ListedShelter(
        id=derived_id("listed-shelter", facts.city, official_id),
        official_id=official_id,
        city=facts.city,
        name=name,
        kind=kind,
        address=facts.address_begins + address,
        ward=ward,
        latitude=latitude,
        longitude=longitude,
        receives=None if wording is None else facts.wordings[wording],
        same_place=None if same_place < 0 else bool(same_place),
        source=facts.source,
        licence=facts.licence,
    )


def compact(rows: Iterable[ListedShelter], *, address_begins: str, taken: str) -> Facts:
    """Return the facts of these rows. Raises ValueError where a row holds what the compact form has no place for."""
    rows = tuple(rows)
    wordings = tuple(dict.fromkeys(row.receives for row in rows if row.receives is not None))
    first = rows[0]
    id_begins = f"E{first.city}"
    for row in rows:
        if row.extra or row.hazards or row.city != first.city or not row.official_id.startswith(id_begins):
            raise ValueError(f"{row.official_id} {row.name}: not of one city, or more than the compact form holds")
        if row.ward is None or not (row.address or "").startswith(address_begins):
            raise ValueError(f"{row.official_id} {row.name}: an address that begins otherwise")
    return Facts(
        about="実在の指定避難所（名称・所在地・位置・受入対象者は公表された事実）。収容人数と開設の状況は含まない。",
        source=first.source,
        licence=first.licence,
        attribution="出典：国土地理院（「指定緊急避難場所・指定避難所データ」を加工して作成）",
        taken=taken,
        city=first.city,
        address_begins=address_begins,
        id_begins=id_begins,
        wordings=wordings,
        columns=("number", "name", "kind", "ward", "address", "latitude", "longitude", "wording", "same_place"),
        rows=tuple(
            (
                row.official_id.removeprefix(id_begins),
                row.name,
                row.kind,
                row.ward or "",
                (row.address or "").removeprefix(address_begins),
                row.latitude,
                row.longitude,
                None if row.receives is None else wordings.index(row.receives),
                -1 if row.same_place is None else int(row.same_place),
            )
            for row in rows
        ),
    )


def written(facts: Facts) -> str:
    """Return the file's text, one row a line, so that a change shows as a change of lines."""
    fields = msgspec.to_builtins(facts)
    rows = fields.pop("rows")
    head = json.dumps(fields, ensure_ascii=False, indent=1)[:-2]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    return f'{head},\n "rows": [\n{lines}\n]}}\n'


if __name__ == "__main__":
    listed = parse(Path(sys.argv[1])).rows
    sys.stdout.write(written(compact(listed, address_begins="兵庫県神戸市", taken="2025-10")))
