"""Sending what was read to transfer, whose the master is: whole or not at all, and again changes nothing."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from pydantic import ValidationError

from services.transfer.models_facility import ListBody
from shared.kernel.ids import new_id
from shared.platform.clock import real_now
from tsunagi.client import CITY_HQ, Client, Command
from tsunagi.importing.problems import broken
from tsunagi.importing.rows import ListedShelter

AT_ONCE = 100
"""So many rows go with one command; broken off in between, the list is imported again and goes on where it ended."""


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the rows in the master."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0


def check(rows: Sequence[ListedShelter]) -> list[dict[str, Any]]:
    """Return the rows as transfer takes them. Raises `Invalid("import.value-wrong")` before anything is sent."""
    bodies = [msgspec.to_builtins(row) for row in rows]
    for row, body in zip(rows, bodies, strict=True):
        try:
            ListBody.model_validate({"rows": [body]})
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"][2:])
            raise broken("import.value-wrong", f"{row.official_id} / {field}", reason=first["msg"]) from None
    return bodies


async def send(client: Client, rows: Sequence[ListedShelter], progress: Callable[[int], None]) -> Taken:
    """Have transfer take the rows; `progress` hears how many it has taken so far.

    Raises `Invalid` where a row could not be taken (then none was sent), `Failed` where transfer does not answer.
    """
    bodies = check(rows)
    new = changed = unchanged = 0
    for begin in range(0, len(bodies), AT_ONCE):
        part = {"rows": bodies[begin : begin + AT_ONCE]}
        command = Command(new_id(real_now()), channel="import")
        told = await client.send(CITY_HQ, "transfer", "/facilities/import", part, command, method="PUT")
        new, changed, unchanged = new + told["new"], changed + told["changed"], unchanged + told["same"]
        progress(begin + len(part["rows"]))
    return Taken(new=new, changed=changed, unchanged=unchanged)
