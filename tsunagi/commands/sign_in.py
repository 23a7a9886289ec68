"""`tsunagi sign-in`: a link that signs somebody in at the pages of the local stack, once."""

from typing import Annotated

import typer

from tsunagi.commands import Folder, app


@app.command("sign-in")
def sign_in(
    role: Annotated[str, typer.Option("--role", help="One of the roles, as ward-hq, city-hq, nurse, caseworker.")],
    *,
    subject: Annotated[str, typer.Option(help="The actor's id, as events will say it.")] = "me",
    ward: Annotated[list[str] | None, typer.Option("--ward", help="JIS code of a ward, or * for all.")] = None,
    site: Annotated[
        str | None,
        typer.Option(
            help="Where casework is shown in a deployment, https://NAME/casework; then its database is the one of "
            "TSUNAGI_DATABASE_URL and TSUNAGI_DATABASE_PASSWORD_FILE."
        ),
    ] = None,
    folder: Folder = None,
) -> None:
    """Print a link for one person and one time, good for twelve hours."""
    from typing import get_args

    from shared.platform.permissions import Role
    from shared.platform.postgres import UNREACHABLE
    from shared.platform.settings import DatabaseSettings, read_settings
    from tsunagi.client import Who
    from tsunagi.stack.errors import StackError
    from tsunagi.stack.links import links, sign_in_links
    from tsunagi.stack.stack import Stack

    known: dict[str, Role] = {one: one for one in get_args(Role)}
    if role not in known:
        raise typer.BadParameter(f"{role}: the roles are {', '.join(known)}")
    wards = tuple(ward or ())
    invited = Who(subject, known[role], "*" if "*" in wards else wards)
    try:
        if site is None:
            made = sign_in_links(Stack.open(folder), [invited])
        else:
            made = links(read_settings(DatabaseSettings).database_url, site.rstrip("/"), [invited])
    except UNREACHABLE as error:
        raise StackError(f"The {'database' if site else 'stack'} is not up: {type(error).__name__}.") from error
    typer.echo(made[0])
