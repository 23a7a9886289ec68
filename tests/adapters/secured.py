"""A Kafka that asks who everybody is: TLS with a certificate of its own, SCRAM, and a list of who may do what."""

import secrets
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from signal import Signals

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import CreateAclsRequest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tsunagi.docs.kafka_access import User, acls
from tsunagi.stack import asynchronous
from tsunagi.stack.packages import java, kafka_classpath
from tsunagi.stack.ports import HOST, accepts, any_free
from tsunagi.stack.supervisor import Program

# Numbers of Kafka's protocol.
_RESOURCES = {"topic": 2, "group": 3}
_OPERATIONS = {"Read": 3, "Write": 4, "Describe": 8}
_LITERAL, _ALLOW = 3, 3


class Secured:
    """One node. `within` is a listener for tests alone, where everybody may do everything."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._secured = any_free()
        self._within = any_free([self._secured])
        self._controller = any_free([self._secured, self._within])
        self._passwords: dict[str, str] = {}

    @property
    def within(self) -> str:
        return f"{HOST}:{self._within}"

    def settings(self, user: str) -> dict[str, str]:
        """Return the variables by which a process reaches it as this user, those that deploy/kubernetes sets."""
        return {
            "TSUNAGI_KAFKA": f"{HOST}:{self._secured}",
            "TSUNAGI_KAFKA_CA_FILE": str(self.folder / "ca.crt"),
            "TSUNAGI_KAFKA_USER": user,
            "TSUNAGI_KAFKA_PASSWORD_FILE": str(self.folder / f"{user}.password"),
        }

    def prepare(self, users: Sequence[User], logs: Path) -> Program:
        """Make certificate, users and the log's folder, and return how to run it."""
        self.folder.mkdir()
        _make_certificate(self.folder)
        for user in users:
            self._passwords[user.name] = secrets.token_hex(16)
            (self.folder / f"{user.name}.password").write_text(self._passwords[user.name] + "\n")
        properties = self.folder / "server.properties"
        properties.write_text("".join(f"{name}={value}\n" for name, value in self._properties().items()))
        start = [str(java()), "-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
        start += ["-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", kafka_classpath(lambda _: None)]
        scram = [f"SCRAM-SHA-512=[name={name},password={word}]" for name, word in self._passwords.items()]
        made = subprocess.run(
            [
                *(*start, "kafka.tools.StorageTool", "format", "--standalone", "-c", str(properties)),
                *("-t", "dHN1bmFnaS1zZWN1cmVkMQ", *(word for one in scram for word in ("--add-scram", one))),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert made.returncode == 0, made.stdout + made.stderr
        return Program(
            name="kafka",
            arguments=(*start, "kafka.Kafka", str(properties)),
            environment={"LC_ALL": "C.UTF-8"},
            folder=self.folder,
            log=logs / "kafka.log",
            orphaned=Signals.SIGTERM,
        )

    def is_ready(self) -> bool:
        async def ask() -> None:
            client = AIOKafkaAdminClient(bootstrap_servers=self.within, request_timeout_ms=3000)
            try:
                await client.start()
            finally:
                await client.close()

        return accepts(self._secured) and asynchronous.run(asynchronous.answers(ask, 5))

    async def allow(self, users: Sequence[User]) -> None:
        """Let the users do what the table says, one rule after the other."""
        client = AIOKafkaAdminClient(bootstrap_servers=self.within)
        await client.start()
        try:
            for user in users:
                for rule in acls(user):
                    resource = rule["resource"]
                    for operation in rule["operations"]:
                        answer = await client._send_to_controller(
                            CreateAclsRequest(
                                _RESOURCES[resource["type"]],
                                resource["name"],
                                _LITERAL,
                                f"User:{user.name}",
                                "*",
                                _OPERATIONS[operation],
                                _ALLOW,
                            )
                        )
                        assert not any(code for code, _ in answer.creation_responses), answer
        finally:
            await client.close()

    def _properties(self) -> dict[str, str]:
        listeners = f"WITHIN://{self.within},SECURED://{HOST}:{self._secured}"
        secured = "listener.name.secured"
        return {
            "process.roles": "broker,controller",
            "node.id": "1",
            "log.dirs": str(self.folder / "log"),
            "listeners": f"{listeners},CONTROLLER://{HOST}:{self._controller}",
            "advertised.listeners": f"{listeners},CONTROLLER://{HOST}:{self._controller}",
            "listener.security.protocol.map": "WITHIN:PLAINTEXT,SECURED:SASL_SSL,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": "WITHIN",
            "controller.listener.names": "CONTROLLER",
            "controller.quorum.bootstrap.servers": f"{HOST}:{self._controller}",
            "sasl.enabled.mechanisms": "SCRAM-SHA-512",
            f"{secured}.scram-sha-512.sasl.jaas.config": (
                "org.apache.kafka.common.security.scram.ScramLoginModule required;"
            ),
            f"{secured}.ssl.keystore.type": "PEM",
            f"{secured}.ssl.keystore.location": str(self.folder / "server.pem"),
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",  # whoever comes WITHIN; by SECURED everybody has a name
            "auto.create.topics.enable": "false",
            "default.replication.factor": "1",
            "offsets.topic.replication.factor": "1",
            "offsets.topic.num.partitions": "4",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "group.initial.rebalance.delay.ms": "0",
            "log.cleaner.dedupe.buffer.size": "2097152",
        }


def _make_certificate(folder: Path) -> None:
    """Make an authority, and a certificate of the node under it."""
    authority, node = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test's authority")])
    now = datetime.now(UTC)

    def certificate(name: x509.Name, of: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        made = x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(of.public_key())
        made = made.serial_number(x509.random_serial_number())
        made = made.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=1))
        key_id = x509.SubjectKeyIdentifier.from_public_key(of.public_key())
        return made.add_extension(key_id, critical=False)

    root = certificate(issuer, authority).add_extension(x509.BasicConstraints(True, None), critical=True)
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kafka")])
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))])
    signed_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())
    leaf = certificate(named, node).add_extension(alternative, critical=False).add_extension(signed_by, critical=False)
    (folder / "ca.crt").write_bytes(root.sign(authority, hashes.SHA256()).public_bytes(Encoding.PEM))
    (folder / "server.pem").write_bytes(
        node.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + leaf.sign(authority, hashes.SHA256()).public_bytes(Encoding.PEM)
    )
