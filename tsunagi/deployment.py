"""A deployment that runs elsewhere, in containers: told by variables how to reach it, it is operated as a stack is."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated
from urllib.parse import quote, urlsplit, urlunsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import AfterValidator, Field

from shared.platform.clock import Clock
from shared.platform.kafka import Kafka
from shared.platform.settings import (
    PREFIX,
    KafkaSettings,
    KeyFile,
    TsunagiSettings,
    postgres_url,
    read_secret,
    read_settings,
    with_password,
)
from tsunagi.client import Client, Who
from tsunagi.stack.errors import StackError


class ServerSettings(TsunagiSettings):
    """`TSUNAGI_POSTGRES_URL`: the server, as the superuser, `postgresql://postgres@host:5432/postgres`.

    `TSUNAGI_POSTGRES_PASSWORD_FILE`: the superuser's password, for what only the superuser may do.
    `TSUNAGI_PASSWORDS`: a folder with a file for each login, named as the login, which holds its password.
    """

    postgres_url: Annotated[str, AfterValidator(postgres_url), Field(repr=False)]
    postgres_password_file: KeyFile | None = None
    passwords: Path

    @property
    def superuser_dsn(self) -> str:
        """Return the server's URL with the superuser's password. Raises `StackError` where it has not been told."""
        if self.postgres_password_file is None:
            raise StackError(f"{PREFIX}POSTGRES_PASSWORD_FILE is not set: only the superuser makes databases.")
        try:
            return with_password(self.postgres_url, self.postgres_password_file)
        except ValueError as error:
            raise StackError(f"{PREFIX}POSTGRES_URL: {error}") from None

    def password(self, login: str) -> str:
        """Return a login's password. Raises `StackError` where there is no file of it."""
        try:
            return read_secret(self.passwords / login)
        except OSError as error:
            raise StackError(f"{PREFIX}PASSWORDS: no password of {login}: {error.strerror}") from None


class OperatingSettings(ServerSettings, KafkaSettings):
    """How PostgreSQL and Kafka are reached by who operates a deployment."""


class Deployment:
    """What the commands need of a system that is running: its databases, its log, its processes' variables."""

    def __init__(self, settings: OperatingSettings) -> None:
        self._settings = settings

    @classmethod
    def told(cls) -> "Deployment | None":
        """Return the deployment that the variables speak of; None where they speak of none."""
        return cls(read_settings(OperatingSettings)) if f"{PREFIX}POSTGRES_URL" in os.environ else None

    @property
    def bootstrap(self) -> Kafka:
        """How Kafka is reached."""
        return self._settings.brokers

    @property
    def superuser_dsn(self) -> str:
        """Return the URL of PostgreSQL's superuser. Raises `StackError` where it has not been told."""
        return self._settings.superuser_dsn

    def dsn(self, service: str, role: str = "owner", database: str | None = None) -> str:
        """Return the database URL of a service's role (owner, api, relay, worker)."""
        login = f"{service}_{role}"
        server = urlsplit(self._settings.postgres_url)
        place = server.netloc.rpartition("@")[2]
        password = quote(self._settings.password(login), safe="")
        return urlunsplit(server._replace(netloc=f"{login}:{password}@{place}", path=f"/{database or service}"))

    def environment(self, service: str, role: str) -> dict[str, str]:
        """Return what a process of this role is told beyond what this one is told."""
        return {f"{PREFIX}DATABASE_URL": self.dsn(service, role)}


class Caller(Client):
    """Calls a deployment's services as one person, with the token that their identity provider gave them."""

    def __init__(self, urls: Mapping[str, str], token: str) -> None:
        """`urls`: each service's address, as `https://NAME/transfer`."""
        super().__init__(urls, Ed25519PrivateKey.generate(), Clock())
        self._given = token

    def token(self, who: Who) -> str:  # noqa: ARG002 - whoever it is done for, one person does it
        """Return the token."""
        return self._given
