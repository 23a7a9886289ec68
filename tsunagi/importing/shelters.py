"""Read a published list of shelters (国土地理院 指定緊急避難場所・指定避難所データ), any municipality's, into rows.

`parse(path or bytes)` gives every facility of the list and a report, or refuses the list whole: what is half read
is worse than what is not read, because nobody sees which half is missing.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from shared.contracts.transfer_facility import Received
from shared.kernel.ids import derived_id
from tsunagi.importing.lists import ID_COLUMN, NAME_COLUMN, Listed, Record, read
from tsunagi.importing.problems import broken
from tsunagi.importing.rows import ListedShelter, Parsed, Report
from tsunagi.importing.rules import rules, wards

_COMMON_ID = re.compile(r"^E(\d{5})[0-9A-Z]{8}$")
"""共通ID as 国土地理院 builds it: E, the city's code of five digits, a number, and what it is designated as."""

NO_WARD = "none"


def parse(
    list_: bytes | Path, *, city: str | None = None, source: str | None = None, licence: str | None = None
) -> Parsed:
    """Read a list of shelters, GeoJSON or CSV (told apart by what stands in it, not by its name).

    `city` is the JIS code (five digits) for lists whose common ids do not tell it; `source` and `licence` replace
    those of the published data. Raises `Invalid` (a code of `problems.PROBLEMS`, with the place) where anything is
    broken; OSError where the file cannot be read.
    """
    listed = read(list_.read_bytes() if isinstance(list_, Path) else list_)
    table = rules()
    for column in (ID_COLUMN, NAME_COLUMN):
        if column not in listed.columns:
            raise broken("import.column-missing", "file", column=column)
    source, licence = source or table.source, licence or table.licence
    emergency_sites = bool(table.hazards.keys() & set(listed.columns))
    rows = []
    places: dict[str, str] = {}
    for record in listed.records:
        row = _shelter(record, city, emergency_sites=emergency_sites, source=source, licence=licence)
        at = record.at(ID_COLUMN)
        if row.official_id in places:
            raise broken("import.id-twice", at, id=row.official_id, first=places[row.official_id])
        places[row.official_id] = at
        rows.append(row)
    return Parsed(tuple(rows), _report(listed, rows, source=source, licence=licence))


def _shelter(record: Record, city: str | None, *, emergency_sites: bool, source: str, licence: str) -> ListedShelter:
    table = rules()
    official_id = record.text(ID_COLUMN)
    if not official_id:
        raise broken("import.id-missing", record.at(ID_COLUMN))
    name = record.text(NAME_COLUMN)
    if not name:
        raise broken("import.name-missing", record.at(NAME_COLUMN))
    city, ward = _city_and_ward(record, official_id, city)
    wording, size = _first(record, "receives"), _first(record, "size")
    return ListedShelter(
        id=derived_id("listed-shelter", city, official_id),
        official_id=official_id,
        city=city,
        name=name,
        kind=table.kind(
            emergency_sites=emergency_sites, name=name, official_id=official_id, receives=wording is not None
        ),
        address=_first(record, "address"),
        ward=ward,
        latitude=record.latitude,
        longitude=record.longitude,
        receives=None if wording is None else _received(wording),
        hazards=tuple(code for column, code in table.hazards.items() if _ticked(record, column)),
        same_place=_same_place(record),
        size=None if size is None else table.read_size(size),
        extra=_extra(record),
        source=source,
        licence=licence,
    )


def _first(record: Record, meaning: str) -> str | None:
    """The first filled-in column of that meaning."""
    return next((text for column in rules().means(meaning) if (text := record.text(column))), None)


def _city_and_ward(record: Record, official_id: str, city: str | None) -> tuple[str, str | None]:
    table = wards()
    common = _COMMON_ID.match(official_id)
    city = city or (common[1] if common else None)
    if city is None:
        raise broken("import.city-unknown", record.at(ID_COLUMN), found=official_id)
    if city in table.city_of:
        return table.city_of[city], city
    if city not in table.cities:
        return city, None
    for meaning in ("address", "municipality"):
        ward = table.cities[city].ward_of(_first(record, meaning) or "")
        if ward is not None:
            return city, ward
    return city, None


def _received(wording: str) -> Received:
    groups, with_family = rules().read_wording(wording)
    return Received(groups=groups, with_family=with_family, wording=wording)


def _ticked(record: Record, column: str) -> bool:
    mark = record.text(column)
    if mark in rules().yes:
        return True
    if mark in rules().no:
        return False
    raise broken("import.value-wrong", record.at(column), found=mark)


def _same_place(record: Record) -> bool | None:
    column = next((column for column in rules().means("same_place") if column in record.properties), None)
    return None if column is None else _ticked(record, column)


def _extra(record: Record) -> dict[str, str]:
    """What has no field of its own: the free columns of the form, and every column that the form does not know.

    A size stays as written where it says more than its number: 屋内480人／屋外3,350人(面積の1/2).
    """
    extra = {}
    for column, value in record.properties.items():
        meaning = rules().columns.get(column)
        if meaning == "extra" or (meaning == "size" and not record.text(column).isdecimal()):
            extra[column] = record.text(column)
        elif meaning is None and value is not None:
            extra[column] = value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return {column: text for column, text in extra.items() if text}


def _report(listed: Listed, rows: list[ListedShelter], *, source: str, licence: str) -> Report:
    table = rules()
    groups = Counter(group for row in rows if row.receives for group in row.receives.groups)
    return Report(
        form=listed.form,
        encoding=listed.encoding,
        imported=len(rows),
        welfare=sum(row.receives is not None for row in rows),
        by_city=_count(row.city for row in rows),
        by_ward=_count(row.ward or NO_WARD for row in rows),
        by_kind=_count(row.kind for row in rows),
        by_group=dict(sorted(groups.items())),
        unknown_columns=tuple(column for column in listed.columns if column not in table.columns),
        ignored_columns=tuple(column for column in listed.columns if table.columns.get(column) == "ignored"),
        unread_wordings=tuple(
            dict.fromkeys(row.receives.wording or "" for row in rows if row.receives and not row.receives.groups)
        ),
        sized=sum(row.size is not None for row in rows),
        unread_sizes=tuple(dict.fromkeys(_unread_sizes(listed, rows))),
        without_ward=tuple(
            f"{row.official_id} {row.name}" for row in rows if row.ward is None and row.city in wards().cities
        ),
        rules=table.version,
        source=source,
        licence=licence,
    )


def _unread_sizes(listed: Listed, rows: list[ListedShelter]) -> Iterable[str]:
    for record, row in zip(listed.records, rows, strict=True):
        written = _first(record, "size")
        if written is not None and row.size is None:
            yield written


def _count(codes: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(codes).items()))
