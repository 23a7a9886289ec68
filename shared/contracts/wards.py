"""The wards of the cities that have any, by JIS code (`wards.json`): what a code of an envelope's `ward` is called."""

from functools import cache
from importlib.resources import files

import msgspec


class CityWards(msgspec.Struct, frozen=True, kw_only=True):
    """A city with wards: name → JIS code of five digits."""

    prefecture: str
    name: str
    wards: dict[str, str]


class _Table(msgspec.Struct, frozen=True, kw_only=True):
    about: str
    source: str
    cities: dict[str, CityWards]


def table() -> bytes:
    """Return the shipped table as it stands in the file."""
    return files(__package__).joinpath("wards.json").read_bytes()


@cache
def cities() -> dict[str, CityWards]:
    """Return the cities with wards by their codes."""
    return msgspec.json.decode(table(), type=_Table).cities


@cache
def _names() -> dict[str, str]:
    return {code: name for city in cities().values() for name, code in city.wards.items()}


def ward_name(code: str) -> str:
    """Return a ward's name; the code itself where it is in no table."""
    return _names().get(code, code)


def city_name(code: str) -> str:
    """Return a city's name; `市` where it is in no table."""
    found = cities().get(code)
    return found.name if found is not None else "市"
