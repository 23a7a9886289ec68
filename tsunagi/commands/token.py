"""`tsunagi token`: sign a token of the local stack, for trying things by hand."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from tsunagi.commands import Folder, app


@app.command()
def token(
    role: Annotated[list[str], typer.Option("--role", help="One of the roles (several: give it again).")],
    *,
    subject: Annotated[str, typer.Option(help="The actor's id, as events will say it.")] = "me",
    ward: Annotated[list[str] | None, typer.Option("--ward", help="JIS code of a ward, or * for all.")] = None,
    facility: Annotated[list[UUID] | None, typer.Option("--facility", help="A facility's id.")] = None,
    partner: Annotated[list[str] | None, typer.Option("--partner", help="A transport partner's id.")] = None,
    hours: Annotated[float, typer.Option(min=0.01, max=24 * 30, help="How long it is good for.")] = 12,
    key: Annotated[
        Path | None, typer.Option(help="A key file of `tsunagi keys`, for a trial in containers; default: the stack's.")
    ] = None,
    folder: Folder = None,
) -> None:
    """Print a token that the local stack's services take (no other stack does)."""
    from shared.platform.permissions import ROLES
    from shared.platform.tokens import read_signing_key, sign

    if unknown := set(role) - set(ROLES):
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: the roles are {', '.join(ROLES)}")
    wards = ward or []
    typer.echo(
        sign(
            read_signing_key(key or _key_of(folder)),
            subject=subject,
            roles=[one for one in ROLES if one in role],
            wards="*" if "*" in wards else wards,
            facilities=facility or [],
            partners=partner or [],
            lifetime=timedelta(hours=hours),
        )
    )


def _key_of(folder: Path | None) -> Path:
    from tsunagi.stack.stack import Stack

    return Stack.open(folder).layout.signing_key
