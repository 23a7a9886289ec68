"""Published headcounts of shelters: how many people were at each at each published instant.

`python -m tsunagi.drill.headcounts.published FOLDER > tsunagi/drill/scenarios/nanao-headcounts.json` writes such a
file from the lists that were published, one CSV an instant; `load()` reads it. Facts only are carried: names, places,
sizes, counts, instants. A shelter that an instant's list does not name had nobody then, and so it is written.
"""

import csv
import re
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from shared.kernel.eras import ERAS
from shared.kernel.errors import NotFound
from shared.kernel.ids import derived_id
from shared.kernel.japan import JAPAN
from tsunagi.importing.rows import ListedShelter
from tsunagi.importing.rules import rules

_PACKAGE = "tsunagi.drill.scenarios"
_ENDING = "-headcounts.json"

_ShelterRow = tuple[str, str, str, str, float, float, int | None]
"""ID, name, kind, address, latitude, longitude, size (想定収容人数, indoors; None: not said)."""
_SnapshotRow = tuple[datetime, tuple[int, ...]]
"""When, and how many at each shelter, in the order of the shelters."""


class Snapshot(NamedTuple):
    """How many people were at each shelter at an instant, in the order of the shelters."""

    at: datetime
    counts: tuple[int, ...]


class Published(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The file: what happened where, whose facts these are, the shelters and the snapshots. `ward`: the JIS code
    under which everything there stands (of the city itself, where it has no wards); `city`: of six digits."""

    id: str
    title: dict[str, str]
    about: str
    source: str
    licence: str
    attribution: str
    kind: str
    began: datetime
    city: str
    ward: str
    seed: int
    shelter_columns: tuple[str, ...]
    shelters: tuple[_ShelterRow, ...]
    snapshots: tuple[_SnapshotRow, ...]

    @property
    def listed(self) -> tuple[ListedShelter, ...]:
        """The shelters, as an import of a published list gives them."""
        return tuple(
            ListedShelter(
                id=derived_id("listed-shelter", self.ward, official_id),
                official_id=official_id,
                city=self.ward,
                name=name,
                kind=kind,
                address=address,
                ward=self.ward,
                latitude=latitude,
                longitude=longitude,
                size=size,
                source=self.source,
                licence=self.licence,
            )
            for official_id, name, kind, address, latitude, longitude, size in self.shelters
        )

    @property
    def instants(self) -> tuple[Snapshot, ...]:
        """The snapshots, the earliest first."""
        return tuple(Snapshot(*row) for row in self.snapshots)

    def part(self, first: int, after: int) -> "Published":
        """Return these facts with only the snapshots from `first` up to, not including, `after`: a shorter drill."""
        return msgspec.structs.replace(self, snapshots=self.snapshots[first:after])


def names() -> tuple[str, ...]:
    """Return the names of the published headcounts that come with the software."""
    found = (file.name for file in files(_PACKAGE).iterdir())
    return tuple(sorted(name.removesuffix(_ENDING) for name in found if name.endswith(_ENDING)))


def load(name: str) -> Published:
    """Return published headcounts. Raises `NotFound("drill.scenario-unknown")`."""
    if name not in names():
        raise NotFound("drill.scenario-unknown", scenario=name, known=", ".join(names()))
    return msgspec.json.decode(files(_PACKAGE).joinpath(name + _ENDING).read_bytes(), type=Published)


# How the lists of Nanao were carried here

_COUNT = "人数"
_WHEN = "時点"
_INSTANT = re.compile(
    r"(?P<era>令和|平成)(?P<year>\d+|元)年(?P<month>\d+)月(?P<day>\d+)日"
    r"(?:(?P<noon>正午)|(?P<half>午前|午後)(?P<hour>\d+)時(?:(?P<minute>\d+)分)?)(?:時点|現在)?"
)


def read_instant(written: str) -> datetime:
    """Read an instant as the lists write it: `令和6年1月9日午後6時時点`, `令和6年7月25日午後1時30分`, `…正午`.

    Raises ValueError where it is none.
    """
    found = _INSTANT.fullmatch(unicodedata.normalize("NFKC", written).strip())
    if found is None:
        raise ValueError(f"{written!r} is not an instant as these lists write it")
    era = next(era for era in ERAS if found["era"] in era.names)
    year = era.first.year - 1 + (1 if found["year"] == "元" else int(found["year"]))
    hour = 12 if found["noon"] else int(found["hour"]) % 12 + (12 if found["half"] == "午後" else 0)
    return datetime(year, int(found["month"]), int(found["day"]), hour, int(found["minute"] or 0), tzinfo=JAPAN)


def read_list(rows: Sequence[Mapping[str, str]]) -> tuple[datetime, dict[str, int]]:
    """Read one list: its instant, and the count of each shelter by ID.

    What stands in `時点` counts, whatever the file is called; the earliest list has the instant in the name of its
    column. Raises ValueError where a list names no instant or several, a shelter twice, or a count that is none.
    """
    column = next((name for name in rows[0] if name.startswith(_COUNT)), None)
    if column is None:
        raise ValueError("a list without counts")
    written = {row[_WHEN] for row in rows} if _WHEN in rows[0] else {column.removeprefix(_COUNT).strip("_")}
    if len(written) != 1:
        raise ValueError(f"a list of several instants: {sorted(written)}")
    counts: dict[str, int] = {}
    for row in rows:
        if row["ID"] in counts:
            raise ValueError(f"{row['ID']} {row['名称']} stands twice in the list of {written}")
        counts[row["ID"]] = int(row[column])
    return read_instant(written.pop()), counts


def carried(lists: Sequence[Sequence[Mapping[str, str]]]) -> tuple[list[_ShelterRow], list[_SnapshotRow]]:
    """Return the shelters in the order in which they first appear, and the snapshots, the earliest first.

    Raises ValueError where two lists are of one instant, or give one shelter different names.
    """
    places: dict[str, Mapping[str, str]] = {}
    read: dict[datetime, dict[str, int]] = {}
    for rows in lists:
        at, counts = read_list(rows)
        if at in read:
            raise ValueError(f"two lists of {at}")
        read[at] = counts
        for row in rows:
            if places.setdefault(row["ID"], row)["名称"] != row["名称"]:
                raise ValueError(f"{row['ID']} has two names")
    shelters = [_shelter(row) for row in places.values()]
    snapshots = [(at, tuple(read[at].get(id_, 0) for id_ in places)) for at in sorted(read)]
    return shelters, snapshots


def _shelter(row: Mapping[str, str]) -> _ShelterRow:
    name = row["名称"]
    return (
        row["ID"],
        name,
        "welfare" if "福祉避難所" in name else "shelter",
        row["所在地_連結表記"],
        round(float(row["緯度"]), 6),
        round(float(row["経度"]), 6),
        rules().read_size(row["想定収容人数"]),
    )


def nanao(folder: Path) -> Published:
    """Return the facts of Nanao 2024 from a folder with the lists as they were published."""
    lists = [list(csv.DictReader(file.open(encoding="utf-8-sig"))) for file in sorted(folder.glob("*.csv"))]
    shelters, snapshots = carried(lists)
    return Published(
        id="nanao",
        title={
            "ja": "訓練：七尾市 令和6年能登半島地震（公表された避難者数の再現）",
            "en": "Drill: Nanao, the Noto Peninsula earthquake of 2024 (published headcounts, replayed)",
        },
        about=(
            "Facts: the shelters' names, places and sizes, and how many people were at each at each published instant; "
            "a shelter that a list does not name is written as 0. Every person and household, and who came, moved and "
            "left when between two instants, is invented."
        ),
        source="七尾市・石川県のオープンデータ（令和6年能登半島地震、開設避難所の避難者数）、raokiey による集約",
        licence="CC BY 4.0",
        attribution="七尾市、石川県、raokiey（CC BY 4.0）。名称、所在地、位置、想定収容人数、人数、時点を加工",
        kind="quake",
        began=datetime(2024, 1, 1, 16, 10, tzinfo=JAPAN),
        city="172022",
        ward="17202",
        seed=20240101,
        shelter_columns=("id", "name", "kind", "address", "latitude", "longitude", "size"),
        shelters=tuple(shelters),
        snapshots=tuple(snapshots),
    )


def written(facts: Published) -> str:
    """Return the file's text, one shelter and one snapshot a line, so that a change shows as a change of lines."""
    fields: dict[str, Any] = msgspec.to_builtins(facts)
    tables = {name: fields.pop(name) for name in ("shelters", "snapshots")}
    head = msgspec.json.format(msgspec.json.encode(fields), indent=1).decode()[:-2]
    return head + "".join(_lines(tables)) + "\n}\n"


def _lines(tables: Mapping[str, Sequence[object]]) -> Iterator[str]:
    for name, rows in tables.items():
        lines = ",\n".join(msgspec.json.encode(row).decode() for row in rows)
        yield f',\n "{name}": [\n{lines}\n]'


if __name__ == "__main__":
    sys.stdout.write(written(nanao(Path(sys.argv[1]))))
