"""How Kafka is reached: its brokers, and where they ask for it, who we are and how we know them."""

import ssl
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

MECHANISM = "SCRAM-SHA-512"
"""How a user proves to be one: the password itself never crosses the network."""


@dataclass(frozen=True)
class Access:
    """Brokers (`host:port`, with commas between), and how to be let in.

    With `ca_file` (PEM) the connection is by TLS and the brokers' names are checked; with `user` by SASL.
    """

    brokers: str
    ca_file: Path | None = None
    user: str | None = None
    password: str = field(default="", repr=False)

    @property
    def protocol(self) -> str:
        """Kafka's name for it: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL."""
        secure = "SSL" if self.ca_file else "PLAINTEXT"
        return f"SASL_{secure}" if self.user else secure

    @property
    def tls(self) -> ssl.SSLContext | None:
        """What the brokers' certificates are checked against. Raises `ssl.SSLError` on a file that holds none."""
        return _context(self.ca_file) if self.ca_file else None


@cache
def _context(ca_file: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file)


Kafka = Access | str
"""A `str` is brokers that let everybody in, as those of a stack on one machine do."""


def connecting(kafka: Kafka) -> dict[str, Any]:
    """Return the arguments by which any client of aiokafka reaches Kafka."""
    if isinstance(kafka, str):
        return {"bootstrap_servers": kafka}
    arguments: dict[str, Any] = {"bootstrap_servers": kafka.brokers, "security_protocol": kafka.protocol}
    if kafka.ca_file:
        arguments["ssl_context"] = kafka.tls
    if kafka.user:
        arguments |= {
            "sasl_mechanism": MECHANISM,
            "sasl_plain_username": kafka.user,
            "sasl_plain_password": kafka.password,
        }
    return arguments
