"""PostgreSQL out of packages: make the cluster, say how it runs, see that it answers."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from signal import Signals

import asyncpg

from tsunagi.stack import asynchronous
from tsunagi.stack.artifacts import POSTGRES_VERSION
from tsunagi.stack.errors import StackError
from tsunagi.stack.layout import Layout
from tsunagi.stack.packages import Say, postgres_home
from tsunagi.stack.ports import HOST, accepts
from tsunagi.stack.supervisor import Program
from tsunagi.stack.unprivileged import can_reach, postgres_user

NAME = "postgres"
SUPERUSER = "postgres"

# For a laptop that runs everything. What makes a commit durable (fsync, synchronous_commit, full_page_writes) stays
# as it is shipped: on.
_SETTINGS = {
    "listen_addresses": HOST,
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "10min",
    "io_method": "sync",  # no three processes that only wait
    "jit": "off",
    "max_parallel_workers_per_gather": "0",  # the cores belong to the services
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] %u@%d ",
    "password_encryption": "scram-sha-256",
}


def dsn(layout: Layout, login: str, database: str) -> str:
    """Return the URL with which a login reaches a database of this stack."""
    port = layout.kind.ports["postgres"]
    return f"postgresql://{login}:{layout.password(login)}@{HOST}:{port}/{database}"


def prepare(layout: Layout, say: Say) -> Program:
    """Make the cluster where there is none yet, and return how to run it."""
    home, folder, user = postgres_home(say), layout.postgres, postgres_user()
    if not can_reach(home, user):
        raise StackError(f"{home} cannot be entered by the user {user and user.name}: name another TSUNAGI_CACHE.")
    if not folder.is_dir():
        say(f"PostgreSQL {POSTGRES_VERSION}: making the database cluster")
        _initialise(layout, home)
    settings = dict(_SETTINGS, port=str(layout.kind.ports["postgres"]), unix_socket_directories="")
    # A socket's path may have 107 bytes, and a stack may lie deep.
    if len(str(folder)) < 80:
        settings["unix_socket_directories"] = str(folder)
    return Program(
        name=NAME,
        arguments=(
            str(home / "bin" / "postgres"),
            "-D",
            str(folder),
            *(f"--{name}={value}" for name, value in settings.items()),
        ),
        environment=_environment(),
        folder=Path("/"),
        log=layout.logs / "postgres.log",
        user=user,
        stop=Signals.SIGINT,  # "fast": ends sessions and writes a checkpoint; SIGTERM would wait for every client
        orphaned=Signals.SIGINT,
    )


def is_ready(layout: Layout) -> bool:
    """Say whether it answers a statement."""

    if not accepts(layout.kind.ports["postgres"]):
        return False

    async def ask() -> None:
        connection = await asyncpg.connect(dsn(layout, SUPERUSER, "postgres"), timeout=5)
        try:
            await connection.fetchval("SELECT 1")
        finally:
            await connection.close()

    return asynchronous.run(asynchronous.answers(ask, 5))


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _initialise(layout: Layout, home: Path) -> None:
    """Make the cluster beside its place and move it there when it is whole, so that a start may be broken off."""
    folder, user = layout.postgres, postgres_user()
    if not folder.parent.is_dir():
        folder.parent.mkdir(parents=True)
        folder.parent.chmod(0o711)
    scratch = folder.with_name(folder.name + ".making")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(mode=0o700)
    with tempfile.NamedTemporaryFile(dir=folder.parent) as password:  # mode 600
        password.write(layout.password(SUPERUSER).encode() + b"\n")
        password.flush()
        if user:
            os.chown(scratch, user.uid, user.gid)
            os.chown(password.name, user.uid, user.gid)
        made = subprocess.run(
            [
                str(home / "bin" / "initdb"),
                f"--pgdata={scratch}",
                f"--username={SUPERUSER}",
                f"--pwfile={password.name}",
                "--auth=scram-sha-256",
                # With ctype C, pg_trgm yields no trigrams at all for Japanese.
                "--locale=C.UTF-8",
                "--encoding=UTF8",
                "--no-instructions",
                *(["--no-sync"] if layout.kind.ephemeral else []),
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=_environment(),
            cwd="/",
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user else None,
            check=False,
        )
    if made.returncode:
        shutil.rmtree(scratch, ignore_errors=True)
        if "No space left" in made.stderr:
            raise StackError("The disk is full: the database cluster could not be made.")
        last = "\n  ".join(made.stderr.strip().splitlines()[-5:])
        raise StackError(f"The database cluster could not be made:\n  {last}")
    scratch.replace(folder)
