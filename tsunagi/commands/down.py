"""`tsunagi down`: stop the stack, and what an earlier run of it left behind."""

from typing import Annotated

import typer

from tsunagi.commands import Folder, app
from tsunagi.stack import layout
from tsunagi.stack.stack import Stack


@app.command()
def down(
    folder: Folder = None,
    purge: Annotated[bool, typer.Option("--purge", help="And remove it with all that it holds.")] = False,
) -> None:
    """Stop the stack that runs on this machine. Its data stays."""
    known = layout.load((folder or layout.default_folder()).absolute())
    if known is None:
        print("There is no stack.")
        return
    stack = Stack(known)
    print("Stopped." if stack.stop_elsewhere() else "It was not running.")
    if purge:
        stack.purge()
        print(f"Removed {stack.folder}.")
