"""`tsunagi import shelters`: a published list of shelters into the master."""

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tsunagi.commands import Folder, Json, app

if TYPE_CHECKING:
    from tsunagi.client import Client
    from tsunagi.importing.rows import Parsed
    from tsunagi.importing.sending import Taken
    from tsunagi.stack.stack import Stack

REFUSED = 2
imports = typer.Typer(help="Take published lists into the system.", no_args_is_help=True)
app.add_typer(imports, name="import")


@imports.command()
def shelters(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="GeoJSON or CSV.")],
    *,
    city: Annotated[
        str | None, typer.Option(help="JIS code of five digits, for a list whose common ids do not tell it.")
    ] = None,
    to: Annotated[
        str | None, typer.Option(help="Transfer's address in a deployment, https://NAME/transfer; then with --token.")
    ] = None,
    token: Annotated[
        str | None, typer.Option(envvar="TSUNAGI_TOKEN", help="Who imports: a token of city-hq or operator.")
    ] = None,
    ephemeral: Annotated[
        bool, typer.Option("--ephemeral", help="Into a stack of its own, to try the list; nothing stays.")
    ] = False,
    as_json: Json = False,
    folder: Folder = None,
) -> None:
    """Import 指定緊急避難場所・指定避難所 as 国土地理院 publishes them, any municipality's.

    The same list again changes nothing. Exit code 0: imported; 2: the list is broken and was refused whole, with the
    place and the reason; 1: the stack does not run, or does not answer.
    """
    from shared.kernel.errors import Problem
    from tsunagi.client import Failed
    from tsunagi.importing.shelters import parse
    from tsunagi.stack.errors import StackError

    if to is not None and token is None:
        raise typer.BadParameter("--to needs --token (or the variable TSUNAGI_TOKEN): who imports")
    try:
        parsed = parse(file, city=city)
        if to is not None and token is not None:
            taken = asyncio.run(_send_to(to.rstrip("/"), token, parsed))
        else:
            taken = _take(parsed, ephemeral=ephemeral, folder=folder)
    except Problem as problem:
        _refuse(problem, as_json=as_json)
        raise typer.Exit(REFUSED) from None
    except Failed as failed:
        raise StackError(f"Transfer did not take the list: {failed}.") from failed
    values = _values(parsed, taken)
    if as_json:
        print(json.dumps(values, ensure_ascii=False))
    else:
        _tell(values)


def _take(parsed: "Parsed", *, ephemeral: bool, folder: Path | None) -> "Taken":
    """Send the rows to the running stack, or to a part of one that is made for it."""
    from tsunagi.importing.sending import check
    from tsunagi.inside import running
    from tsunagi.stack.stack import Stack

    check(parsed.rows)  # before a stack is started for them
    if ephemeral:
        with Stack.open(ephemeral=True, say=_say) as stack:
            stack.start(["postgres", "transfer.api"])
            return asyncio.run(_send(stack, parsed))
    return asyncio.run(_send(running(folder), parsed))


async def _send(stack: "Stack", parsed: "Parsed") -> "Taken":
    from tsunagi.client import Client

    async with Client.of(stack) as client:
        return await _send_by(client, parsed)


async def _send_to(transfer: str, token: str, parsed: "Parsed") -> "Taken":
    from tsunagi.deployment import Caller

    async with Caller({"transfer": transfer}, token) as client:
        return await _send_by(client, parsed)


async def _send_by(client: "Client", parsed: "Parsed") -> "Taken":
    from tsunagi.importing.sending import send

    return await send(client, parsed.rows, lambda count: _say(f"{count}/{len(parsed.rows)}"))


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _values(parsed: "Parsed", taken: "Taken") -> dict[str, Any]:
    import msgspec

    return {**msgspec.to_builtins(parsed.report), **msgspec.to_builtins(taken)}


def _refuse(problem: Any, *, as_json: bool) -> None:
    from tsunagi.importing.problems import sentence

    if as_json:
        said = {"code": problem.code, **problem.details, "ja": sentence(problem), "en": sentence(problem, "en")}
        print(json.dumps({"imported": 0, "problem": said}, ensure_ascii=False, default=str))
    else:
        _say(f"Refused whole. {sentence(problem, 'en')}\n取り込みませんでした。{sentence(problem)}")


def _tell(values: dict[str, Any]) -> None:
    from tsunagi.importing.rules import wards

    print(f"{values['imported']} facilities ({values['welfare']} of them name whom they receive)")
    print(f"new {values['new']}, changed {values['changed']}, unchanged {values['unchanged']}")
    names = wards().names
    print("by ward: " + ", ".join(f"{names.get(code, code)} {count}" for code, count in values["by_ward"].items()))
    print("by kind: " + ", ".join(f"{code} {count}" for code, count in values["by_kind"].items()))
    if values["unknown_columns"]:
        print("columns that we do not know, kept with each facility: " + "、".join(values["unknown_columns"]))
    if values["unread_wordings"]:
        print("受入対象者 in which no group was found, kept as written: " + "、".join(values["unread_wordings"]))
    if values["sized"]:
        print(f"{values['sized']} say for how many people they are meant (想定収容人数)")
    if values["unread_sizes"]:
        print("想定収容人数 in which no number was found, kept as written: " + "、".join(values["unread_sizes"]))
    print(f"source: {values['source']} ({values['licence']})")
