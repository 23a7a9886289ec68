"""Casework's web application."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from fastapi import FastAPI

from services.casework import (
    queries_handoffs,
    routes,
    routes_board,
    routes_cases,
    routes_conferences,
    routes_handoffs,
)
from services.casework.pages import board, handoffs, home, persons, timeline
from services.casework.pages.situations import Situations
from services.casework.permissions import PERMISSIONS
from services.casework.policies import scheme_of, tables_of
from services.casework.problems import PROBLEMS
from shared.platform import metrics
from shared.platform.parts import Parts
from shared.platform.postgres import UNREACHABLE
from shared.platform.web import create_app

log = logging.getLogger(__name__)
_EVERY = 15.0


async def _gauge(parts: Parts) -> None:
    """Keep the gauges of open and overdue hand-offs, as long as the application lives."""
    while True:
        try:
            async with parts.database.session() as session:
                rows = {row["kind"]: row for row in await queries_handoffs.gauges(session, parts.clock.now())}
            for kind in tables_of(parts).newest.kinds:
                found = rows.get(kind)
                metrics.HANDOFFS_OPEN.labels(kind).set(found["open"] if found else 0)
                metrics.HANDOFFS_OVERDUE.labels(kind).set(found["overdue"] if found else 0)
        except UNREACHABLE as error:
            log.warning("hand-offs were not counted: %s", type(error).__name__)
        await asyncio.sleep(_EVERY)


def make_api(parts: Parts) -> FastAPI:
    """Make the application out of the parts. Raises `Invalid` where a policy file cannot be read."""
    tables_of(parts)
    scheme_of(parts)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        counting = asyncio.create_task(_gauge(parts))
        try:
            yield
        finally:
            counting.cancel()

    app = create_app(
        parts,
        title="tsunagi casework",
        description="Each person's timeline, the hand-offs, cases, conferences, the board (災害ケースマネジメント).",
        routers=(
            routes.router,
            routes_handoffs.router,
            routes_cases.router,
            routes_conferences.router,
            routes_board.router,
            home.router,
            board.router,
            timeline.router,
            handoffs.router,
            persons.router,
        ),
        problems=PROBLEMS,
        permissions=PERMISSIONS,
        lifespan=lifespan,
        pages=home.PAGES,
    )
    app.state.situations = Situations(parts)
    return app
