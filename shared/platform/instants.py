"""An instant as callers give it, in an address or a body: a text with its offset, RFC 3339. It goes on in UTC.

pydantic's own types also take seconds since 1970, and a text without an offset for whatever the server's zone is; and
PostgreSQL reads no offset of sixteen hours or more.
"""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator


def _written_out(value: object) -> object:
    if isinstance(value, int | float) or (isinstance(value, str) and ":" not in value):
        raise ValueError("an instant is written out, with its offset")
    return value


def in_utc(instant: datetime) -> datetime:
    """Return the same instant in UTC. Raises ValueError where it has no offset, or no year of its own there."""
    if instant.tzinfo is None:
        raise ValueError("an instant has an offset")
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise ValueError("an instant lies in the years 1 to 9999") from None


GivenInstant = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(in_utc)]
