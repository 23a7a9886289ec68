"""Who PostgreSQL runs as. It refuses root; so under root it gets an unprivileged user who can reach its folders."""

import os
import pwd
import stat
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tsunagi.stack.errors import StackError


class User(NamedTuple):
    """A user of this machine."""

    name: str
    uid: int
    gid: int


@cache
def postgres_user() -> User | None:
    """Return the user for PostgreSQL, or None where it may run as whoever we are.

    Under root: the one that `TSUNAGI_POSTGRES_USER` names, else `postgres`, else `nobody`.
    Raises `StackError` where there is none.
    """
    if os.geteuid() != 0:
        return None
    named = os.environ.get("TSUNAGI_POSTGRES_USER")
    for name in (named,) if named else ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return User(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise StackError(
        "PostgreSQL refuses to run as root, and there is no unprivileged user to run it as: "
        "name one in TSUNAGI_POSTGRES_USER, or start the stack as an ordinary user."
    )


def can_reach(folder: Path, user: User | None) -> bool:
    """Say whether `user` may pass through every folder above and including `folder` (those that exist)."""
    if user is None:
        return True
    for each in (folder, *folder.parents):
        try:
            status = each.stat()
        except FileNotFoundError:
            continue
        if status.st_uid == user.uid:
            bit = stat.S_IXUSR
        elif status.st_gid == user.gid:
            bit = stat.S_IXGRP
        else:
            bit = stat.S_IXOTH
        if not status.st_mode & bit:
            return False
    return True
