"""`tsunagi forget`: make a person's words unreadable everywhere."""

import asyncio
from typing import Annotated
from uuid import UUID

import typer

from tsunagi.commands import Folder, Json, app


@app.command()
def forget(
    person: Annotated[UUID, typer.Argument(help="The person's id.")],
    *,
    reason: Annotated[str, typer.Option(help="asked, retention or by-mistake.")] = "asked",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: it cannot be undone.")] = False,
    json: Json = False,
    folder: Folder = None,
) -> None:
    """Forget a person: names, birth date, addresses, all words. What happened, and every count, stays.

    The key goes from every service at once, from the log when it is compacted; this says within which time.
    """
    from shared.contracts.topics import KEYS, TOPICS
    from shared.kernel.ids import new_id
    from shared.platform.clock import real_now
    from tsunagi.client import OPERATOR, Client, Command, Failed
    from tsunagi.inside import running
    from tsunagi.stack.errors import StackError

    stack = running(folder)
    if not yes:
        typer.confirm(f"Forget {person}? What was said about this person can never be read again.", abort=True)

    async def work() -> object:
        async with Client.of(stack) as client:
            command = Command(new_id(real_now()))
            return await client.send(OPERATOR, "intake", f"/persons/{person}/forget", {"reason": reason}, command)

    try:
        answered = asyncio.run(work())
    except Failed as failure:
        raise StackError(f"{failure} {failure.problem.get('todo_en', '')}") from None
    config = next(topic.config for topic in TOPICS if topic.name == KEYS)
    hours = (int(config["max.compaction.lag.ms"]) + int(config["segment.ms"])) / 3_600_000
    bound = {
        "services": "at once; what a process remembers, within a minute",
        "log": f"the wrapped key leaves the topic `{KEYS}` within {hours:g} h; its tombstone stays"
        f" {int(config['delete.retention.ms']) / 3_600_000:g} h longer",
        "backups": "a backup made before this still holds the wrapped key: it lives as long as you keep that backup",
    }
    if json:
        import msgspec

        typer.echo(msgspec.json.encode({"forgotten": person, "answer": answered, "bound": bound}))
        return
    typer.echo(f"Forgotten: {person}")
    for where, when in bound.items():
        typer.echo(f"  {where:<9} {when}")
