"""The guards of a place that is promised once, each kept and each taken away (design, decision 7)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.transfer import holding
from services.transfer.settings import TransferSettings
from services.transfer.wiring import SERVICE
from shared.kernel.errors import Refused
from shared.platform.parts import Parts, open_parts
from shared.platform.postgres import Session
from tests.adapters.transfer import made
from tests.fresh import FreshDatabase, MakeDatabase
from tsunagi.verifying.checks import CHECKS

pytestmark = pytest.mark.stack
kept_and_removed = pytest.mark.parametrize("kept", [True, False], ids=["kept", "removed"])

HAS_A_PLACE = "nobody is promised a place that is not there"


@pytest.fixture
def fresh(database: MakeDatabase) -> FreshDatabase:
    return database("transfer", migrate=True)


@pytest.fixture
async def transfer(fresh: FreshDatabase, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Parts]:
    for name, value in fresh.environment("api").items():
        if name.startswith("TSUNAGI_"):
            monkeypatch.setenv(name, value)
    async with open_parts("transfer", TransferSettings(), SERVICE.ledger, SERVICE.project) as opened:
        yield opened


async def broken(fresh: FreshDatabase) -> set[str]:
    """Return which of the promises about places `verify` finds broken."""
    connection = await asyncpg.connect(fresh.dsn())
    try:
        asked = [check for check in CHECKS if check.where == "transfer"]
        return {check.promise for check in asked if await connection.fetch(check.query)}
    finally:
        await connection.close()


async def ask(parts: Parts, need: UUID, facility: UUID) -> bool:
    """Ask this facility, and say whether there was room."""
    try:
        await made.asks(parts, need, facility)
    except Refused as refused:
        if refused.code != "facility.full":
            raise
        return False
    return True


def together(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Have so many that take a place find the same row before any of them writes."""
    really, barrier = Session.fetchval, asyncio.Barrier(count)

    async def fetchval(self: Session, statement: Any, *args: Any, **values: Any) -> Any:
        found = await really(self, statement, *args, **values)
        if isinstance(statement, str) and "FROM places" in statement and "placement IS NULL" in statement:
            with contextlib.suppress(TimeoutError, asyncio.BrokenBarrierError):
                await asyncio.wait_for(barrier.wait(), 0.5)
        return found

    monkeypatch.setattr(Session, "fetchval", fetchval)


@kept_and_removed
async def test_who_takes_a_place_locks_it(
    kept: bool, transfer: Parts, fresh: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two ask for the last place at the same moment."""
    facility = await made.a_facility(transfer, 1)
    needs = [await made.a_need(transfer) for _ in range(2)]
    if not kept:
        monkeypatch.setattr(holding, "_FREE", holding._FREE.rstrip().replace("FOR UPDATE", "--"))
    together(monkeypatch, 2)

    had_room = await asyncio.gather(*(ask(transfer, need, facility) for need in needs))

    assert sorted(had_room) == ([False, True] if kept else [True, True])
    assert (HAS_A_PLACE not in await broken(fresh)) is kept


@kept_and_removed
async def test_who_counts_a_group_locks_its_number(
    kept: bool, transfer: Parts, fresh: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five places, one of them for this group: two of the group ask at the same moment."""
    facility = await made.a_facility(transfer, 5, groups={"elderly": 1})
    needs = [await made.a_need(transfer) for _ in range(2)]
    if not kept:
        monkeypatch.setattr(holding, "_LOCK_GROUP", holding._LOCK_GROUP.replace("FOR UPDATE", "--"))
    together(monkeypatch, 2)

    had_room = await asyncio.gather(*(ask(transfer, need, facility) for need in needs))

    assert sorted(had_room) == ([False, True] if kept else [True, True])
