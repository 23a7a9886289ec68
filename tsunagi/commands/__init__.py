"""The commands of `tsunagi`: one module each, found by itself.

A module registers itself on `app` when it is imported:

    from tsunagi.commands import app

    @app.command()
    def verify(...) -> None: ...

A command of two words (`import shelters`) makes a `typer.Typer()` of its own and adds it with `app.add_typer`. What
only the command needs is imported inside of it, so that `tsunagi --help` stays quick. A `StackError` that reaches the
top is shown as a sentence, with exit code 1.
"""

import importlib
import pkgutil
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Tsunagi: disaster operations in which nobody is lost between two hands.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

Folder = Annotated[
    Path | None,
    typer.Option("--stack", help="The stack's folder (default: TSUNAGI_STACK, or .stack in the project)."),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object and nothing else, for a machine.")]


def load_all() -> typer.Typer:
    """Import every module here, so that all commands are registered, and return the application."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return app
