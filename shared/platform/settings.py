"""Configuration by environment variables, all of them `TSUNAGI_…`, with safe defaults and a clear word on a bad one."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, AwareDatetime, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.platform import failpoints
from shared.platform.clock import Clock

PREFIX = "TSUNAGI_"
BAD_CONFIGURATION = 78
"""The exit code of a process that was configured wrongly (EX_CONFIG of sysexits.h)."""


def _dsn(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"postgresql", "postgres"} or len(parts.path) < 2:
        raise ValueError("expected postgresql://user:password@host:port/database")
    return text


def _brokers(text: str) -> str:
    for broker in text.split(","):
        host, _, port = broker.strip().rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) < 65536:
            raise ValueError("expected host:port, several of them with commas between")
    return ",".join(broker.strip() for broker in text.split(","))


def _https(text: str) -> str:
    parts = urlsplit(text)
    if not parts.hostname or (parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "::1", "localhost"}):
        raise ValueError("expected https://…: keys that anybody on the way can change prove nothing")
    if parts.scheme not in {"https", "http"}:
        raise ValueError("expected https://…")
    return text


def _readable(path: Path) -> Path:
    try:
        with path.open("rb"):
            return path
    except OSError as error:
        raise ValueError(f"expected a file that can be read: {error.strerror}") from None


KeyFile = Annotated[Path, AfterValidator(_readable)]
Port = Annotated[int, Field(ge=0, le=65535)]


class PlatformSettings(BaseSettings):
    """What every process of every service is told. A service adds its own policy in a subclass."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True)

    database_url: Annotated[str, AfterValidator(_dsn), Field(repr=False)]
    """This service's database, as the role of this process."""
    kafka: Annotated[str, AfterValidator(_brokers)] = "127.0.0.1:9092"
    kek_file: KeyFile
    """The key-encryption key: 32 bytes in base64."""
    local: bool = False
    """Whether this process belongs to a stack on one machine, started by `tsunagi up`."""
    token_key_file: KeyFile | None = None
    """The public key that tokens of a local stack are checked with; only a local stack or a drill may have one."""
    token_jwks_url: Annotated[str, AfterValidator(_https)] | None = None
    """Where the OIDC provider publishes its keys (`jwks_uri` of its discovery document)."""
    token_issuer: Annotated[str, Field(min_length=1)] | None = None
    """The claim `iss` of the provider's tokens."""
    token_audience: Annotated[str, Field(min_length=1)] = "tsunagi"  # noqa: S105 - no secret
    """The claim `aud` that a provider's token must name."""
    city: Annotated[str, Field(pattern=r"^\d{5,6}$")] = "281000"
    """JIS X 0402 code of the city that this deployment belongs to."""

    drill: bool = False
    """Whether this stack holds a drill and no real disaster."""
    clock_epoch: AwareDatetime | None = None
    clock_started: AwareDatetime | None = None
    clock_rate: Annotated[float, Field(gt=0, le=100_000)] = 1.0

    host: str = "127.0.0.1"
    port: Port = 8000
    root_path: Annotated[str, Field(pattern=r"^(/[a-z0-9-]+)*$")] = ""
    """Where the ingress shows this service, as `/casework`; the ingress takes it off before it hands a request on."""
    metrics_host: str = "127.0.0.1"
    metrics_port: Port = 0
    """0: no metrics are served."""
    datadir: Path = Path("/var/tmp/tsunagi")  # noqa: S108 - Faust wants a folder; nothing of ours is kept in it
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    failpoint: Annotated[str, AfterValidator(failpoints.checked)] = ""
    """`name` or `name:N`: the process kills itself there (tests only)."""

    pool_least: Annotated[int, Field(ge=0, le=100)] = 1
    pool_most: Annotated[int, Field(ge=1, le=100)] = 16
    patience: Annotated[float, Field(gt=0, le=3600)] = 60.0
    """Seconds that a starting process waits for PostgreSQL before it gives up (and is started again)."""

    @model_validator(mode="after")
    def _fits_together(self) -> "PlatformSettings":
        if not self.drill and (self.clock_rate != 1.0 or self.clock_epoch is not None):
            raise ValueError(f"only a drill ({PREFIX}DRILL=true) may run on a clock of its own")
        if self.token_key_file is not None and not (self.local or self.drill):
            raise ValueError(f"{PREFIX}TOKEN_KEY_FILE: a key of a local stack is refused outside of one")
        if self.token_key_file is not None and self.token_jwks_url is not None:
            raise ValueError(f"either {PREFIX}TOKEN_KEY_FILE or {PREFIX}TOKEN_JWKS_URL, not both")
        if self.token_jwks_url is not None and self.token_issuer is None:
            raise ValueError(f"{PREFIX}TOKEN_JWKS_URL needs {PREFIX}TOKEN_ISSUER")
        if self.pool_least > self.pool_most:
            raise ValueError(f"{PREFIX}POOL_LEAST is greater than {PREFIX}POOL_MOST")
        return self

    def clock(self) -> Clock:
        """Return the clock of the stack that this process belongs to."""
        started: datetime | None = self.clock_started
        return Clock(self.clock_epoch, started, self.clock_rate)


S = TypeVar("S", bound=PlatformSettings)


def complaints(error: ValidationError) -> list[str]:
    """Return one sentence for each bad variable: its name, and what is expected. Never the value: it may be secret."""
    lines = []
    for one in error.errors(include_url=False, include_input=False):
        name = PREFIX + "_".join(str(part) for part in one["loc"]).upper() if one["loc"] else "the environment"
        what = "is not set" if one["type"] == "missing" else one["msg"].removeprefix("Value error, ")
        lines.append(f"{name}: {what}")
    return lines


def read_settings(cls: type[S]) -> S:
    """Read the environment. Where a variable is bad, say which ones and what is expected, and exit with 78."""
    try:
        return cls()
    except ValidationError as error:
        for line in complaints(error):
            sys.stderr.write(f"configuration: {line}\n")
        raise SystemExit(BAD_CONFIGURATION) from None
