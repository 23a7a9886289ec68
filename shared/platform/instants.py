"""An instant as callers give it, in an address or a body: a text with its offset, RFC 3339.

pydantic's own types also take seconds since 1970, and a text without an offset for whatever the server's zone is.
"""

from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator


def _written_out(value: object) -> object:
    if isinstance(value, int | float) or (isinstance(value, str) and ":" not in value):
        raise ValueError("an instant is written out, with its offset")
    return value


GivenInstant = Annotated[AwareDatetime, BeforeValidator(_written_out)]
