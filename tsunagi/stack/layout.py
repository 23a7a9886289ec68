"""A stack's folder: what is in it, and `stack.json`, which says what kind of stack it is.

The clock belongs to the stack. It never jumps; only its pace may change, once, to that of the wall (a drill is over).
"""

import base64
import errno
import hashlib
import hmac
import os
import secrets
import shutil
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from tsunagi.keys import new_kek, new_signing_pair
from tsunagi.stack.board import replace
from tsunagi.stack.errors import StackError
from tsunagi.stack.ports import any_free
from tsunagi.stack.unprivileged import can_reach, postgres_user

PROJECT = Path(__file__).resolve().parents[2]
SERVICES = ("intake", "screening", "transfer", "casework")
ROLES = ("api", "relay", "worker")
CITY = "281000"  # Kobe (JIS X 0402 with the check digit's place left 0, as in the seeds)
_VERSION = 1


def _default_ports() -> dict[str, int]:
    ports = {"postgres": 15432, "kafka": 19092, "kafka-controller": 19093}
    for tens, service in enumerate(SERVICES, 1):
        ports[f"{service}.api"] = 8100 + tens
        for ones, role in enumerate(ROLES, 1):
            ports[f"{service}.{role}.metrics"] = 8100 + 10 * tens + ones
    return ports


class Clock(msgspec.Struct, frozen=True):
    """The stack's time: at the real instant `started` it was `epoch`, and it runs `rate` times as fast."""

    started: datetime
    epoch: datetime
    rate: float


class Kind(msgspec.Struct, frozen=True):
    """What `stack.json` holds."""

    version: int
    city: str
    drill: bool
    ephemeral: bool
    clock: Clock
    kafka_cluster: str
    postgres_folder: str
    ports: dict[str, int]
    began: datetime | None = None
    """The stack's time when it was made, where its clock's pace was changed since."""


class Layout:
    """The folder of one stack."""

    def __init__(self, folder: Path, kind: Kind) -> None:
        self.folder = folder
        self.kind = kind
        self.logs = folder / "logs"
        self.kafka = folder / "kafka"
        self.postgres = Path(kind.postgres_folder)
        self.work = folder / "work"
        self.signing_key = folder / "secrets" / "token-signing-key.pem"
        self.token_key = folder / "secrets" / "token-key.pem"
        self.kek = folder / "secrets" / "kek"
        self._database_key = folder / "secrets" / "database-key"

    def password(self, login: str) -> str:
        """Return the password of a database login, made from the stack's own key."""
        key = bytes.fromhex(self._database_key.read_text())
        return hmac.new(key, login.encode(), hashlib.sha256).hexdigest()[:32]

    def with_ports(self, ports: Mapping[str, int]) -> "Layout":
        """Return the layout with these ports, and remember them."""
        changed = Layout(self.folder, msgspec.structs.replace(self.kind, ports=dict(ports)))
        if changed.kind != self.kind:
            changed.save()
        return changed

    @property
    def began(self) -> datetime:
        """Return the stack's time when it was made."""
        return self.kind.began or self.kind.clock.epoch

    def at_the_walls_pace(self) -> "Layout":
        """Return the layout with a clock that goes on from now as fast as the wall's, and remember it."""
        clock, now = self.kind.clock, datetime.now(UTC)
        slower = Clock(now, clock.epoch + (now - clock.started) * clock.rate, 1.0)
        changed = Layout(self.folder, msgspec.structs.replace(self.kind, clock=slower, began=self.began))
        changed.save()
        return changed

    def save(self) -> None:
        """Write `stack.json`."""
        content = msgspec.json.format(msgspec.json.encode(self.kind), indent=1)
        replace(self.folder / "stack.json", content)

    def purge(self) -> None:
        """Remove the stack with all that it holds."""
        shutil.rmtree(self.postgres, ignore_errors=True)
        # What is left of an ephemeral one in use is swept away by the next.
        shutil.rmtree(self.folder, ignore_errors=self.kind.ephemeral)


def default_folder() -> Path:
    """Return the folder of the default stack: `TSUNAGI_STACK`, else `.stack` in the project."""
    return Path(os.environ.get("TSUNAGI_STACK") or PROJECT / ".stack").expanduser().absolute()


def load(folder: Path) -> Layout | None:
    """Return the stack in this folder, or None where there is none. Raises `StackError` on one of another version."""
    try:
        content = (folder / "stack.json").read_bytes()
    except FileNotFoundError:
        return None
    try:
        kind = msgspec.json.decode(content, type=Kind)
    except msgspec.MsgspecError as error:
        raise StackError(f"{folder / 'stack.json'} cannot be read ({error}).") from error
    if kind.version != _VERSION:
        raise StackError(
            f"The stack in {folder} was made by another version of tsunagi (layout {kind.version}, ours {_VERSION}): "
            "use another folder (TSUNAGI_STACK), or remove it with `tsunagi down --purge`."
        )
    return Layout(folder, kind)


class Wish(NamedTuple):
    """What kind of stack is asked for; what is None may be as it is."""

    rate: float | None = None
    epoch: datetime | None = None
    drill: bool = True
    city: str = CITY
    ephemeral: bool = False


def load_or_create(folder: Path, wish: Wish) -> Layout:
    """Return the stack in this folder, made where there is none. Raises `StackError` where it has another clock."""
    known = load(folder)
    if known is None:
        return create(folder, wish)
    clock = known.kind.clock
    if (wish.rate or clock.rate) != clock.rate or (wish.epoch or clock.epoch) != clock.epoch:
        raise StackError(
            f"The stack in {folder} has a clock of its own (epoch {clock.epoch.isoformat()}, rate {clock.rate:g}), "
            "which cannot be changed: another epoch or rate is another stack. Name another folder in TSUNAGI_STACK, "
            "or remove this one with `tsunagi down --purge`."
        )
    return known


def create(folder: Path, wish: Wish) -> Layout:
    """Make a new stack in `folder`: its secrets and its `stack.json`. Its clock starts now.

    `signing_key` makes tokens (`tsunagi token`), `token_key` is its public half, which the services check them with.
    """
    if not wish.drill and (wish.epoch is not None or wish.rate not in (None, 1)):
        raise StackError("Only a drill may run on a clock of its own.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if wish.ephemeral:
            folder.chmod(0o711)  # mkdtemp's 700 would shut out the user whom PostgreSQL runs as
        now = datetime.now(UTC)
        kind = Kind(
            version=_VERSION,
            city=wish.city,
            drill=wish.drill,
            ephemeral=wish.ephemeral,
            clock=Clock(now, wish.epoch or now, float(wish.rate or 1)),
            kafka_cluster=base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "_"),
            postgres_folder=str(_postgres_folder(folder)),
            ports=_random_ports() if wish.ephemeral else _default_ports(),
        )
        layout = Layout(folder, kind)
        for each in (layout.logs, layout.work):
            each.mkdir(exist_ok=True)
        _make_secrets(layout)
        layout.save()
    except OSError as error:
        raise _explained(folder, error) from error
    return layout


def _explained(folder: Path, error: OSError) -> StackError:
    if error.errno == errno.ENOSPC:
        return StackError(f"The disk is full: the stack in {folder} could not be made.")
    return StackError(
        f"The stack's folder {folder} cannot be written to ({error.strerror}); name another: TSUNAGI_STACK."
    )


def _random_ports() -> dict[str, int]:
    ports: dict[str, int] = {}
    for name in _default_ports():
        ports[name] = any_free(ports.values())
    return ports


def _postgres_folder(folder: Path) -> Path:
    """Return where the database's files go: into the stack, or where its user cannot reach that, beside it."""
    if can_reach(folder, postgres_user()):
        return folder / "postgres"
    digest = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    return Path("/var/lib/tsunagi") / digest


def _make_secrets(layout: Layout) -> None:
    layout.kek.parent.mkdir(mode=0o700, exist_ok=True)
    if layout.token_key.exists():
        return
    signing_key, token_key = new_signing_pair()
    for file, content in (
        (layout.signing_key, signing_key),
        (layout.kek, new_kek()),
        (layout.folder / "secrets" / "database-key", secrets.token_hex(32).encode()),
        (layout.token_key, token_key),
    ):
        replace(file, content, mode=0o600)
