"""How a list is read, as data: columns, kinds, groups (`rules.json`) and the wards of cities."""

import re
import unicodedata
from functools import cache, cached_property
from importlib.resources import files

import msgspec

from shared.contracts.wards import table


class KindRow(msgspec.Struct, frozen=True, kw_only=True):
    """A facility is of this kind where everything that the row names is true of it."""

    kind: str
    list: str | None = None
    name: str | None = None
    official_id: str | None = None
    receives: bool | None = None
    why: str

    def matches(self, *, emergency_sites: bool, name: str, official_id: str, receives: bool) -> bool:
        return (
            (self.list is None or emergency_sites)
            and (self.name is None or re.search(self.name, name) is not None)
            and (self.official_id is None or re.search(self.official_id, official_id) is not None)
            and (self.receives is None or receives is self.receives)
        )


class GroupRow(msgspec.Struct, frozen=True, kw_only=True):
    """A wording that holds this pattern receives this group."""

    group: str
    wording: str
    why: str | None = None


class Rules(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """`rules.json`, and what is asked of it."""

    version: str
    about: str
    source: str
    licence: str
    columns: dict[str, str]
    yes: frozenset[str]
    no: frozenset[str]
    kinds: tuple[KindRow, ...]
    groups: tuple[GroupRow, ...]
    sizes: tuple[str, ...]
    not_meant: str
    with_family: str

    @cached_property
    def hazards(self) -> dict[str, str]:
        """Hazard columns and their codes."""
        return {
            column: meaning.removeprefix("hazard:")
            for column, meaning in self.columns.items()
            if meaning.startswith("hazard:")
        }

    def means(self, meaning: str) -> tuple[str, ...]:
        """Return the columns of one meaning."""
        return tuple(column for column, known in self.columns.items() if known == meaning)

    def kind(self, *, emergency_sites: bool, name: str, official_id: str, receives: bool) -> str:
        """Return the kind of a facility: the first row that matches (the last row always does)."""
        return next(
            row.kind
            for row in self.kinds
            if row.matches(emergency_sites=emergency_sites, name=name, official_id=official_id, receives=receives)
        )

    def read_size(self, wording: str) -> int | None:
        """Return the number that a 想定収容人数 says, by the first row that matches; None where none or nobody."""
        plain = re.sub("[,，\\s]", "", unicodedata.normalize("NFKC", wording))
        found = next((match for row in self.sizes if (match := re.search(row, plain))), None)
        return int(found[1]) or None if found else None

    def read_wording(self, wording: str) -> tuple[tuple[str, ...], bool]:
        """Return the groups that a 受入対象者 names, in the order of the table, and whether their families count."""
        meant = re.sub(self.not_meant, "", wording)
        groups = tuple(row.group for row in self.groups if re.search(row.wording, meant))
        return groups, re.search(self.with_family, wording) is not None


class City(msgspec.Struct, frozen=True, kw_only=True):
    """A city with wards."""

    prefecture: str
    name: str
    wards: dict[str, str]

    def ward_of(self, address: str) -> str | None:
        """Return the JIS code of the ward that an address names right after the city, or at its beginning."""
        written = address.replace("ヶ", "ケ").replace(" ", "").replace("　", "")
        _, city, after = written.partition(self.name)
        rest = after if city else written.removeprefix(self.prefecture)
        longest_first = sorted(self.wards.items(), key=lambda ward: -len(ward[0]))
        return next((code for name, code in longest_first if rest.startswith(name)), None)


class Wards(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The contracts' `wards.json`: the cities with wards, by JIS code of five digits."""

    about: str
    source: str
    cities: dict[str, City]

    @cached_property
    def names(self) -> dict[str, str]:
        """Name of each ward by its code."""
        return {code: name for city in self.cities.values() for name, code in city.wards.items()}

    @cached_property
    def city_of(self) -> dict[str, str]:
        """City's code by ward's code: some lists name the ward where the city is meant."""
        return {code: city for city, row in self.cities.items() for code in row.wards.values()}


@cache
def rules() -> Rules:
    """Return the shipped rules."""
    return msgspec.json.decode(files(__package__).joinpath("rules.json").read_bytes(), type=Rules)


@cache
def wards() -> Wards:
    """Return the shipped table of wards."""
    return msgspec.json.decode(table(), type=Wards)
