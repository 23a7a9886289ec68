"""`tsunagi dead-letters list | show | replay`: what was laid aside, and what becomes of it."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tsunagi.commands import Folder, Json, app

if TYPE_CHECKING:
    from shared.platform.dead_letters import DeadLetter
    from tsunagi.inside import System

letters_app = typer.Typer(
    help="What a worker could not read or refused: listed, looked at, replayed.", no_args_is_help=True
)
app.add_typer(letters_app, name="dead-letters")

Only = Annotated[str | None, typer.Option("--service", help="One service; default: all of them.")]
PlaceArgument = Annotated[str, typer.Argument(help="topic/partition/offset, as the list says it.")]


@letters_app.command("list")
def list_(
    *,
    service: Only = None,
    replayed: Annotated[bool, typer.Option("--all", help="Those that were replayed as well.")] = False,
    json: Json = False,
    folder: Folder = None,
) -> None:
    """List what was laid aside. Exit code 0: nothing waits; 1: something does."""
    import msgspec

    stack = _running(folder)
    found = [(name, one) for name in _names(service) for one in asyncio.run(_letters(stack, name, replayed=replayed))]
    if json:
        typer.echo(msgspec.json.encode({"items": [_plain(name, one) for name, one in found]}))
    else:
        for name, one in found:
            place = f"{one.place.topic}/{one.place.partition}/{one.place.offset}"
            state = "replayed" if one.replayed_at else one.reason
            typer.echo(f"{name:<10} {place:<40} {one.type or '?':<45} {state}")
        typer.echo(f"{sum(one.replayed_at is None for _, one in found)} wait")
    raise typer.Exit(int(any(one.replayed_at is None for _, one in found)))


@letters_app.command()
def show(
    service: Annotated[str, typer.Argument(help="The service that laid it aside.")],
    place: PlaceArgument,
    *,
    folder: Folder = None,
) -> None:
    """Show one, without what is sealed, as JSON."""
    import msgspec

    from shared.platform.dead_letters import inspect
    from tsunagi.inside import inside
    from tsunagi.stack.errors import StackError

    stack = _running(folder)

    async def work() -> "DeadLetter | None":
        async with inside(stack, service) as (_, parts), parts.database.session() as session:
            return await inspect(session, _place(place))

    found = asyncio.run(work())
    if found is None:
        raise StackError(f"{service} laid nothing aside at {place}.")
    typer.echo(msgspec.json.format(msgspec.json.encode(_plain(service, found, body=True)), indent=2))


@letters_app.command()
def replay(
    *,
    service: Only = None,
    place: Annotated[str | None, typer.Option(help="Only the one at topic/partition/offset.")] = None,
    json: Json = False,
    folder: Folder = None,
) -> None:
    """Give what was laid aside to its service again. Exit code 0: all had their effect; 1: some are still refused."""
    import msgspec

    stack = _running(folder)
    outcomes: list[dict[str, Any]] = []
    for name in _names(service):
        outcomes += asyncio.run(_replay(stack, name, place))
    if json:
        typer.echo(msgspec.json.encode({"items": outcomes}))
    else:
        for one in outcomes:
            typer.echo(f"{one['service']:<10} {one['place']:<40} {one['reason'] or 'had its effect'}")
        typer.echo(f"{sum(not one['reason'] for one in outcomes)} of {len(outcomes)} had their effect")
    raise typer.Exit(int(any(one["reason"] for one in outcomes)))


def _running(folder: Any) -> "System":
    from tsunagi.inside import operated

    return operated(folder)


def _names(service: str | None) -> tuple[str, ...]:
    from tsunagi.stack.layout import SERVICES

    return (service,) if service else SERVICES


def _place(text: str) -> Any:
    from shared.platform.dead_letters import Place

    topic, _, rest = text.partition("/")
    partition, _, offset = rest.partition("/")
    if not (partition.isdigit() and offset.isdigit()):
        raise typer.BadParameter(f"{text} is not topic/partition/offset")
    return Place(topic, int(partition), int(offset))


async def _letters(stack: "System", name: str, *, replayed: bool) -> list["DeadLetter"]:
    from shared.platform.dead_letters import list_dead_letters
    from tsunagi.inside import inside

    found: list[DeadLetter] = []
    async with inside(stack, name) as (_, parts), parts.database.session() as session:
        page = await list_dead_letters(session, replayed=replayed)
        while page:
            found += page
            page = await list_dead_letters(session, replayed=replayed, after=found[-1].place)
    return found


async def _replay(stack: "System", name: str, place: str | None) -> list[dict[str, Any]]:
    from shared.platform.dead_letters import replay as again
    from tsunagi.inside import inside

    letters = [
        one for one in await _letters(stack, name, replayed=False) if place is None or one.place == _place(place)
    ]
    if not letters:
        return []
    async with inside(stack, name) as (service, parts):
        done = await again(parts, service, letters)
    return [
        {
            "service": name,
            "place": f"{one.place.topic}/{one.place.partition}/{one.place.offset}",
            "reason": one.reason,
        }
        for one in done
    ]


def _plain(service: str, one: "DeadLetter", *, body: bool = False) -> dict[str, Any]:
    import msgspec

    shown: dict[str, Any] = {
        "service": service,
        "topic": one.place.topic,
        "partition": one.place.partition,
        "offset": one.place.offset,
        "key": one.key,
        "type": one.type,
        "reason": one.reason,
        "died_at": one.died_at,
        "replayed_at": one.replayed_at,
    }
    if body:
        shown["headers"] = {name: value.decode(errors="replace") for name, value in one.message.headers}
        try:
            value = msgspec.json.decode(one.message.value or b"null")
            if isinstance(value, dict):
                value.pop("sealed", None)
        except (msgspec.DecodeError, UnicodeDecodeError):
            value = f"{len(one.message.value or b'')} bytes that are no JSON"
        shown["body"] = value
    return shown
