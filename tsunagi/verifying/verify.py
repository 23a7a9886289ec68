"""The verification itself: settle, gather, ask every check."""

from collections.abc import Iterable
from pathlib import Path

import asyncpg

from shared.platform.postgres import Row
from tsunagi.inside import System
from tsunagi.verifying.checks import CHECKS, LOST, TWICE, Check
from tsunagi.verifying.gather import gather, scratch
from tsunagi.verifying.report import Finding, Report
from tsunagi.verifying.settling import catch_up, heard_topics, services

_EXAMPLES = 5
_COUNTS = {
    "acknowledged": "SELECT count(*) FROM acknowledged",
    "stored": "SELECT count(*) FROM stored",
    "pending": "SELECT count(*) FROM pending",
    "on_log": "SELECT count(*) FROM log",
    "sent_again": "SELECT count(*) - count(DISTINCT id) FROM log",
    "on_timeline": "SELECT count(*) FROM timeline",
}


async def verify(stack: System, acknowledged: Path | None = None, *, within: float = 120.0) -> Report:
    """Verify a running stack, with the clients' file of acknowledged commands where there is one.

    Waits for what is on its way, as long as within `within` seconds some of it arrives. Raises `StackError` where it
    does not, or where the file cannot be read.
    """
    await catch_up(stack, within)
    report = Report(problems=[])
    async with scratch(stack) as gathered:
        await gather(stack, gathered, acknowledged, within)
        await gathered.execute("CREATE TABLE heard (service text, topic text)")
        pairs = [(name, topic) for name, service in services().items() for topic in heard_topics(service)]
        await gathered.copy_records_to_table("heard", records=pairs)
        report.counts = {name: await gathered.fetchval(query) for name, query in _COUNTS.items()}
        report.problems = await _ask(stack, gathered, CHECKS)
        lost, twice = await _ask(stack, gathered, LOST), await _ask(stack, gathered, TWICE)
    report.problems += lost + twice
    report.lost = max((one.count for one in lost), default=0)
    report.duplicated = sum(one.count for one in twice)
    return report


async def _ask(stack: System, gathered: "asyncpg.Connection[Row]", checks: Iterable[Check]) -> list[Finding]:
    found: list[Finding] = []
    for check in checks:
        if check.where == "scratch":
            rows = await gathered.fetch(check.query)
        else:
            connection = await asyncpg.connect(stack.dsn(check.where))
            try:
                rows = await connection.fetch(check.query)
            finally:
                await connection.close()
        if rows:
            examples = tuple(str(row[0]) for row in rows[:_EXAMPLES])
            found.append(Finding(promise=check.promise, count=len(rows), examples=examples))
    return found
