"""`tsunagi keys`: the secrets of a deployment, made once, as files."""

from pathlib import Path
from typing import Annotated

import typer

from tsunagi.commands import app

SUPERUSER = "postgres"
"""The login that makes the others."""


@app.command()
def keys(folder: Annotated[Path, typer.Argument(help="Where to write them; made where it is not there.")]) -> None:
    """Make the keys and passwords of a deployment that are missing in a folder; one that is there is never changed.

    `kek` is the key-encryption key: without it no name can be read again. `token-signing-key.pem` signs the tokens of
    a trial (`tsunagi token --key`), `token-key.pem` is its public half; a deployment in earnest uses neither. All
    others are the passwords of the database's logins.
    """
    from tsunagi.keys import new_kek, new_password, new_signing_pair
    from tsunagi.stack.databases import logins
    from tsunagi.stack.layout import SERVICES

    # The folder is closed to others, its files are not: in a container they are read by another user, one by one.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    made = []
    for login in (SUPERUSER, *(login for service in SERVICES for login in logins(service))):
        made += _write(folder / login, new_password())
    made += _write(folder / "kek", new_kek())
    private, public = new_signing_pair()
    if not (folder / "token-key.pem").exists():
        made += _write(folder / "token-signing-key.pem", private, again=True)
        made += _write(folder / "token-key.pem", public)
    typer.echo(f"{folder}: made {', '.join(made) or 'nothing, all were there'}")


def _write(file: Path, content: bytes, *, again: bool = False) -> list[str]:
    from tsunagi.stack.board import replace

    if file.exists() and not again:
        return []
    replace(file, content, mode=0o444)
    return [file.name]
