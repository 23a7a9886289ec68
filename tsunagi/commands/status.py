"""`tsunagi status`: what runs, where, since when, and how often it had to be started again."""

import json
from typing import Any

import typer

from tsunagi.commands import Folder, Json, app
from tsunagi.stack import layout
from tsunagi.stack.stack import Stack

STOPPED, NOT_READY = 3, 4


@app.command()
def status(folder: Folder = None, as_json: Json = False) -> None:
    """Say how the stack is. Exit code: 0 up, 3 stopped (or none there), 4 coming up or not whole."""
    known = layout.load((folder or layout.default_folder()).absolute())
    seen: dict[str, Any] = Stack(known).status() if known else {"running": False, "ready": False, "programs": {}}
    whole = seen["ready"] and all(each["state"] == "running" for each in seen["programs"].values())
    if as_json:
        print(json.dumps(seen | {"whole": whole}, ensure_ascii=False, indent=1))
    elif not seen["running"]:
        print("Stopped." if known else "There is no stack here.")
    else:
        _show(seen)
    raise typer.Exit(0 if whole else NOT_READY if seen["running"] else STOPPED)


def _show(seen: dict[str, Any]) -> None:
    print(f"{'program':<18} {'state':<9} {'pid':>7} {'MiB':>5} {'restarts':>8}  since")
    for name, each in seen["programs"].items():
        print(
            f"{name:<18} {each['state']:<9} {each['pid'] or '-':>7} {each['peak_memory_mib'] or '-':>5} "
            f"{each['restarts']:>8}  {(each['since'] or '-')[:19]}"
        )
    for name, url in seen["urls"].items():
        if f"{name}.api" in seen["programs"]:
            print(f"{name:<18} {url}/docs")
    print(f"Kafka {seen['kafka']}   PostgreSQL {seen['postgres']}   {seen['folder']}")
