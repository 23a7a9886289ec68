"""The two forms in which a list of shelters is published, read into records of text: GeoJSON and CSV.

Only the form is judged here (encoding, JSON, lines, positions); what the properties mean is `shelters`' part.
"""

import csv
import io
import json
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from shared.kernel.errors import Invalid
from tsunagi.importing.problems import broken

ID_COLUMN = "共通ID"
NAME_COLUMN = "施設・場所名"
LATITUDE_COLUMN = "緯度"
LONGITUDE_COLUMN = "経度"

SOUTH, NORTH, WEST, EAST = 20.0, 46.0, 122.0, 154.0
"""Japan, from 沖ノ鳥島 to 択捉島 and from 与那国島 to 南鳥島, rounded outwards (degrees)."""


class Record(NamedTuple):
    """One facility as its list has it: where it stands, its properties, its position in degrees."""

    place: str
    properties: dict[str, Any]
    latitude: float
    longitude: float

    def at(self, column: str) -> str:
        """Name the place of one property, for a refusal."""
        return f"{self.place} / {column}"

    def text(self, column: str) -> str:
        """Return a property as text, "" where it is absent, null or blank.

        Raises `Invalid("import.value-wrong")` where it is neither text nor a number.
        """
        value = self.properties.get(column)
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise broken("import.value-wrong", self.at(column), found=type(value).__name__)
        return str(value).strip()


class Listed(NamedTuple):
    form: str
    encoding: str
    columns: tuple[str, ...]
    records: tuple[Record, ...]


def read(raw: bytes) -> Listed:
    """Read a published list of either form. Raises `Invalid` with the place and the reason."""
    looks_like_json = raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")
    listed = _geojson(raw) if looks_like_json else _csv(raw)
    if not listed.records:
        raise broken("import.empty", "file")
    return listed


def _line(raw: bytes, offset: int) -> int:
    return raw.count(b"\n", 0, offset) + 1


def _undecodable(raw: bytes, error: UnicodeDecodeError) -> Invalid:
    return broken("import.encoding", f"line {_line(raw, error.start)}", byte=error.start, tried=error.encoding)


def _geojson(raw: bytes) -> Listed:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _undecodable(raw, error) from None
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise broken("import.json-broken", place, reason=error.msg) from None
    except RecursionError:
        raise broken("import.json-broken", "file", reason="nested too deeply") from None
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise broken("import.not-a-list", "type")
    features = document.get("features")
    if not isinstance(features, list):
        raise broken("import.not-a-list", "features")
    records = tuple(_feature(number, feature) for number, feature in enumerate(features))
    columns = dict.fromkeys(column for record in records for column in record.properties)
    return Listed("geojson", "utf-8", tuple(columns), records)


def _feature(number: int, feature: Any) -> Record:
    place = f"features[{number}]"
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise broken("import.feature-broken", place)
    properties = feature.get("properties")
    if not isinstance(properties, dict):
        raise broken("import.feature-broken", f"{place}.properties")
    geometry = feature.get("geometry")
    if geometry is None:
        raise broken("import.position-missing", f"{place}.geometry")
    if not isinstance(geometry, dict) or geometry.get("type") != "Point":
        kind = geometry.get("type") if isinstance(geometry, dict) else type(geometry).__name__
        raise broken("import.geometry-wrong", f"{place}.geometry", found=kind)
    at = f"{place}.geometry.coordinates"
    coordinates = geometry.get("coordinates")
    if not isinstance(coordinates, list) or len(coordinates) not in {2, 3}:
        raise broken("import.geometry-wrong", at, found=coordinates)
    if not all(isinstance(degrees, int | float) and not isinstance(degrees, bool) for degrees in coordinates):
        raise broken("import.geometry-wrong", at, found=coordinates)
    longitude, latitude = coordinates[:2]
    _in_japan(latitude, longitude, at)
    return Record(place, properties, float(latitude), float(longitude))


def _in_japan(latitude: float, longitude: float, place: str) -> None:
    if not (SOUTH <= latitude <= NORTH and WEST <= longitude <= EAST):
        raise broken("import.outside-japan", place, latitude=latitude, longitude=longitude)


def _decode(raw: bytes) -> tuple[str, str]:
    """Text of a CSV and its encoding. What is no UTF-8 is taken for CP932 only if its heading makes sense then."""
    try:
        return raw.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError as error:
        first = error
    try:
        text = raw.decode("cp932")
    except UnicodeDecodeError as error:
        # The reading that came further is the likelier one: its first bad byte is the place to look at.
        raise _undecodable(raw, max(first, error, key=lambda e: e.start)) from None
    if ID_COLUMN not in text.partition("\n")[0]:
        raise _undecodable(raw, first)
    return text, "cp932"


def _csv(raw: bytes) -> Listed:
    text, encoding = _decode(raw)
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows = _rows(lines)
    _, heading = next(rows, (0, []))
    columns = tuple(column.strip() for column in heading)
    if not {ID_COLUMN, NAME_COLUMN} & set(columns):
        raise broken("import.not-a-list", "line 1", found=", ".join(columns)[:80])
    for column in (ID_COLUMN, NAME_COLUMN, LATITUDE_COLUMN, LONGITUDE_COLUMN):
        if column not in columns:
            raise broken("import.column-missing", "line 1", column=column)
    for column in columns:
        if columns.count(column) > 1:
            raise broken("import.csv-broken", "line 1", column_twice=column)
    records = tuple(_row(number, columns, cells) for number, cells in rows)
    return Listed("csv", encoding, columns, records)


def _rows(lines: Any) -> Iterator[tuple[int, list[str]]]:
    """Yield each line that holds anything, with the number of the line on which it begins."""
    begins = 1
    while True:
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            raise broken("import.csv-broken", f"line {begins}", reason=str(error)) from None
        if any(cell.strip() for cell in cells):
            yield begins, cells
        begins = lines.line_num + 1


def _row(number: int, columns: tuple[str, ...], cells: list[str]) -> Record:
    place = f"line {number}"
    if len(cells) != len(columns):
        raise broken("import.csv-broken", place, columns=len(columns), cells=len(cells))
    properties = dict(zip(columns, cells, strict=True))
    latitude = _degrees(properties[LATITUDE_COLUMN].strip(), f"{place} / {LATITUDE_COLUMN}")
    longitude = _degrees(properties[LONGITUDE_COLUMN].strip(), f"{place} / {LONGITUDE_COLUMN}")
    _in_japan(latitude, longitude, f"{place} / {LATITUDE_COLUMN}, {LONGITUDE_COLUMN}")
    return Record(place, properties, latitude, longitude)


def _degrees(text: str, place: str) -> float:
    if not text:
        raise broken("import.position-missing", place)
    try:
        degrees = float(text)
    except ValueError:
        degrees = math.nan
    if math.isnan(degrees):
        raise broken("import.geometry-wrong", place, found=text)
    return degrees
