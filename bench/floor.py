"""The floor of registration: Starlette, msgspec and one asyncpg statement that writes the same rows and bytes.

No token, no rules, no sealing, no events made: it reads the body, takes over its ids, and writes rows whose bytes
were made once, beforehand, by the real code. `python -m bench.floor DSN PORT`.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import uvicorn
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.sheets import bodies
from services.intake.domain.reading import read_sheet
from services.intake.domain.registration import register
from services.intake.domain.sheet import Sheet
from services.intake.registering import STATEMENT, arguments, record_all
from services.intake.tables import ledger
from shared.kernel.ids import new_id
from shared.platform.postgres import Row
from shared.platform.sealing import Keyring
from shared.platform.store import Origin

_decoder = msgspec.json.Decoder(Sheet)


def template() -> list[Any]:
    """Return the parameters of one registration, made by the real code: their bytes are what the floor writes."""
    now = datetime.now(UTC)
    sheet = read_sheet(next(bodies(0)))
    command = new_id(now)
    origin = Origin("bench", "api", now, command, command, happened=sheet.written_at, ward=sheet.ward)
    keyring = Keyring(AESGCM.generate_key(256), ledger)
    recorded, keys = record_all(keyring, "/281000/intake", register(sheet, now), sheet.id, origin)
    return arguments(recorded, keys)


def make(dsn: str) -> Starlette:
    """Make the application."""
    made = template()
    events = count(int(datetime.now(UTC).timestamp() * 1000) << 80)

    async def post(request: Request) -> Response:
        sheet = _decoder.decode(await request.body())
        people = [member.id for member in sheet.members]
        streams = [sheet.id, *people]
        ids = [UUID(int=next(events)) for _ in streams]
        values = made.copy()
        values[0], values[1], values[4], values[10] = ids, streams, streams, streams
        values[12], values[17], values[18] = sheet.id, people, people[0]
        values[26], values[34] = people, ids[1:]
        async with request.app.state.pool.acquire() as connection:
            await connection.execute(STATEMENT, *values)
        return Response(msgspec.json.encode({"household": sheet.id, "events": ids}), media_type="application/json")

    async def no_reset(_: "asyncpg.Connection[Row]") -> None:
        """The pool's own reset is a second round trip, and ours has none either."""

    @asynccontextmanager
    async def living(app: Starlette) -> AsyncIterator[None]:
        async with asyncpg.create_pool(dsn, min_size=1, max_size=16, reset=no_reset) as pool:
            app.state.pool = pool
            yield

    return Starlette(routes=[Route("/households", post, methods=["POST"])], lifespan=living)


def main() -> None:
    dsn, port = sys.argv[1:]
    config = uvicorn.Config(
        make(dsn),
        host="127.0.0.1",
        port=int(port),
        access_log=False,
        log_level="warning",
        loop="uvloop",
        http="httptools",
    )
    asyncio.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
