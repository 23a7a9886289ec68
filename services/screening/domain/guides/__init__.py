"""What a city may replace: the destination guide, the considerations, the risk rules. Each is data with a version."""

from importlib.resources import files
from typing import TypeVar

import msgspec

from shared.kernel.errors import Invalid

T = TypeVar("T", bound=msgspec.Struct)


def read(raw: bytes, form: type[T]) -> T:
    """Read such data as `form`. Raises `Invalid("guide.unreadable", reason=…)` where it has not that shape."""
    try:
        return msgspec.json.decode(raw, type=form)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid("guide.unreadable", reason=str(error)) from None


def packaged(name: str) -> bytes:
    """Return the data of that name which comes with the software (a part of the package, like its code)."""
    return (files(__name__) / f"{name}.json").read_bytes()
