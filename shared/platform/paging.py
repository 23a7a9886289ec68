"""Long lists, page by page: a limit, and an opaque mark of where the last page ended.

@router.get("/needs", **action("need.list"))
async def needs(call: …, page: Paged) -> Listed[NeedRow]:
    rows = await queries.needs(session, …, after=page.after(tuple[datetime, UUID]), limit=page.limit + 1)
    return listed(rows, page, mark=lambda row: (row["due"], row["need"]), show=NeedRow.of)
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

import msgspec
from fastapi import Depends, Query
from pydantic import BaseModel, Field

from shared.kernel.errors import Invalid
from shared.platform.instants import in_utc

LEAST, USUAL, MOST = 1, 50, 200
R = TypeVar("R")
T = TypeVar("T")
M = TypeVar("M", bound=tuple[Any, ...])


def encode_mark(place: Sequence[Any]) -> str:
    """Write where a page ended (the values that the list is sorted by) as an opaque text."""
    return base64.urlsafe_b64encode(msgspec.json.encode(tuple(place))).rstrip(b"=").decode()


def decode_mark(text: str, kind: type[M]) -> M:
    """Read a mark as a tuple of these types, e.g. `tuple[datetime, UUID]`. Raises `Invalid("page.malformed")`."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        place: M = msgspec.json.decode(raw, type=kind)
        for value in place:
            if isinstance(value, datetime):
                in_utc(value)
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        raise Invalid("page.malformed") from None
    return place


class Page(NamedTuple):
    """Which page is asked for."""

    limit: int = USUAL
    mark: str | None = None

    def after(self, kind: type[M]) -> M | None:
        """Return where the last page ended, as a tuple of these types; None: from the start."""
        return None if self.mark is None else decode_mark(self.mark, kind)


async def asked_page(
    limit: Annotated[int, Query(ge=LEAST, le=MOST, description="How many items at most.")] = USUAL,
    after: Annotated[str | None, Query(max_length=1000, description="The member `next` of the page before.")] = None,
) -> Page:
    """Read `?limit=&after=`. (Asynchronous, though it awaits nothing: FastAPI runs what is not in another thread.)"""
    return Page(limit, after)


Paged = Annotated[Page, Depends(asked_page)]


class Listed(BaseModel, Generic[T]):
    """A page of a list."""

    items: list[T]
    next: str | None = Field(None, description="Give this as `after` for the page that follows; null: there is none.")


def listed(rows: Sequence[R], page: Page, *, mark: Callable[[R], Sequence[Any]], show: Callable[[R], T]) -> Listed[T]:
    """Make a page of rows that were fetched with `page.limit + 1`: the one too many says that more follow.

    `mark` returns the values that the list is sorted by, the last of them unique.
    """
    shown = rows[: page.limit]
    more = len(rows) > page.limit
    return Listed(items=[show(row) for row in shown], next=encode_mark(mark(shown[-1])) if more else None)
