"""Configuration by environment variables, all of them `TSUNAGI_…`, with safe defaults and a clear word on a bad one."""

import re
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator, AwareDatetime, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.platform import failpoints
from shared.platform.clock import Clock
from shared.platform.kafka import Access

PREFIX = "TSUNAGI_"
BAD_CONFIGURATION = 78
"""The exit code of a process that was configured wrongly (EX_CONFIG of sysexits.h)."""


def postgres_url(text: str) -> str:
    """Return the URL of a database. Raises ValueError on anything else."""
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


def _root_path(text: str) -> str:
    if text and not re.fullmatch(r"(/[a-z0-9][a-z0-9_.-]*)+", text):
        raise ValueError("expected a path as /intake, without a slash at its end")
    return text


def read_secret(path: Path) -> str:
    """Return what a file of a secret holds, without the line's end that editors put there."""
    return path.read_text("utf-8").rstrip("\r\n")


KeyFile = Annotated[Path, AfterValidator(_readable)]
Port = Annotated[int, Field(ge=0, le=65535)]


class TsunagiSettings(BaseSettings):
    """What is read from the environment: variables `TSUNAGI_…`, none of them shown where it is bad."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True)

    patience: Annotated[float, Field(gt=0, le=3600)] = 60.0
    """Seconds that a starting process waits for PostgreSQL (a command for what it needs) before it gives up."""


class KafkaSettings(TsunagiSettings):
    """How Kafka is reached."""

    kafka: Annotated[str, AfterValidator(_brokers)] = "127.0.0.1:9092"
    kafka_ca_file: KeyFile | None = None
    """What the brokers' certificates are checked against (PEM); without it the connection is not by TLS."""
    kafka_user: Annotated[str, Field(min_length=1)] | None = None
    kafka_password_file: KeyFile | None = None

    @model_validator(mode="after")
    def _user_has_a_password(self) -> "KafkaSettings":
        if (self.kafka_user is None) != (self.kafka_password_file is None):
            raise ValueError(f"{PREFIX}KAFKA_USER and {PREFIX}KAFKA_PASSWORD_FILE: one needs the other")
        return self

    @property
    def brokers(self) -> Access:
        """How Kafka is reached."""
        password = read_secret(self.kafka_password_file) if self.kafka_password_file else ""
        return Access(self.kafka, self.kafka_ca_file, self.kafka_user, password)


def with_password(url: str, file: Path) -> str:
    """Return a database's URL with the password that stands in the file.

    Raises ValueError where the URL has one already, and what reading the file raises.
    """
    password = quote(read_secret(file), safe="")
    head, at, place = url.rpartition("@")
    scheme, _, login = head.partition("://")
    if not at or ":" in login:
        raise ValueError("expected postgresql://user@host:port/database, with the password in its file and only there")
    return f"{scheme}://{login}:{password}@{place}"


class DatabaseSettings(TsunagiSettings):
    """How a service's database is reached."""

    database_url: Annotated[str, AfterValidator(postgres_url), Field(repr=False)]
    """This service's database, as the role of this process."""
    database_password_file: KeyFile | None = None
    """Where the password of that role stands, in place of one in the URL: what is in an environment is easily seen."""

    @model_validator(mode="before")
    @classmethod
    def _with_password(cls, given: Any) -> Any:
        """Put the password of the file into the URL, so that everybody who reads the URL has it."""
        match given:
            case {"database_url": str(url), "database_password_file": str() | Path() as file}:
                try:
                    return {**given, "database_url": with_password(url, Path(file))}
                except OSError:
                    return given  # the field itself says what is wrong with it
                except ValueError as error:
                    raise ValueError(f"{PREFIX}DATABASE_PASSWORD_FILE: {error}") from None
        return given


class PlatformSettings(DatabaseSettings, KafkaSettings):
    """What every process of every service is told. A service adds its own policy in a subclass."""

    kek_file: KeyFile
    """The key-encryption key: 32 bytes in base64."""
    local: bool = False
    """Whether this process belongs to a stack on one machine: by `tsunagi up`, or a trial in containers."""
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

    root_path: Annotated[str, AfterValidator(_root_path)] = ""
    """Under which path an ingress shows this service, `/intake`; empty where it has a host or port of its own."""
    host: str = "127.0.0.1"
    port: Port = 8000
    metrics_host: str = "127.0.0.1"
    metrics_port: Port = 0
    """0: no metrics are served."""
    datadir: Path = Path("/var/tmp/tsunagi")  # noqa: S108 - Faust wants a folder; nothing of ours is kept in it
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    failpoint: Annotated[str, AfterValidator(failpoints.checked)] = ""
    """`name` or `name:N`: the process kills itself there (tests only)."""

    pool_least: Annotated[int, Field(ge=0, le=100)] = 1
    pool_most: Annotated[int, Field(ge=1, le=100)] = 16

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


S = TypeVar("S", bound=TsunagiSettings)


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
