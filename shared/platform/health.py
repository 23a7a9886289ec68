"""Whether a process lives, and whether it can take work: what a supervisor and a load balancer ask."""

import asyncio
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel

from shared.kernel.errors import Unavailable
from shared.platform.access import public
from shared.platform.failures import BUSY
from shared.platform.parts import Parts

router = APIRouter(tags=["health"])
PATIENCE = 2.0
"""Seconds that PostgreSQL has to answer."""


class Health(BaseModel):
    """The process is well."""

    status: Literal["ok"] = "ok"


@router.get("/health/live", summary="Whether the process lives", **public())
async def live() -> Health:
    """Answers as long as the process can answer anything: do not restart it for what is away elsewhere."""
    return Health()


@router.get("/health/ready", summary="Whether the process can take work", **public())
async def ready(request: Request) -> Health:
    """Answers where the database can be reached. Kafka is not needed: commands are kept until it is back (ADR 2)."""
    parts: Parts = request.app.state.parts
    try:
        async with asyncio.timeout(PATIENCE), parts.database.session() as session:
            await session.fetchval("SELECT 1")
    except BUSY as error:
        raise Unavailable("server.busy", needs="postgresql") from error
    return Health()
