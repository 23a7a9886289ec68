"""Apache Kafka out of packages: one node, broker and controller in one (KRaft)."""

import os
import subprocess
from pathlib import Path
from signal import Signals

from aiokafka.admin import AIOKafkaAdminClient

from tsunagi.stack import asynchronous
from tsunagi.stack.artifacts import KAFKA_VERSION
from tsunagi.stack.board import replace
from tsunagi.stack.errors import StackError
from tsunagi.stack.layout import Layout
from tsunagi.stack.packages import Say, java, kafka_classpath
from tsunagi.stack.ports import HOST, accepts
from tsunagi.stack.supervisor import Program

NAME = "kafka"
# A broker collects its young objects while everybody waits for it: in a large part of the heap that is seldom.
_HEAP = ("-Xms512m", "-Xmx512m", "-Xmn320m", "-XX:+UseSerialGC")
_LOGGING = (
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSZ",
)
_SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    "inter.broker.listener.name": "PLAINTEXT",
    "auto.create.topics.enable": "false",
    # One node: nobody to copy to.
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "2",
    "share.coordinator.state.topic.num.partitions": "2",
    "group.initial.rebalance.delay.ms": "0",
    "log.cleaner.dedupe.buffer.size": "2097152",
    # After a SIGKILL the node waits for its own old session to end before it serves.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    "num.network.threads": "2",
    "num.io.threads": "4",
    # A fetch that waits is noted under each of its partitions and stays there, answered or not, until it is swept out.
    "fetch.purgatory.purge.interval.requests": "100",
}


def bootstrap(layout: Layout) -> str:
    """Return host and port that clients begin with."""
    return f"{HOST}:{layout.kind.ports['kafka']}"


def prepare(layout: Layout, say: Say) -> Program:
    """Write the node's settings, format its folder where it is new, and return how to run it."""
    classpath = kafka_classpath(say)
    layout.kafka.mkdir(exist_ok=True)
    settings = layout.kafka / "server.properties"
    replace(settings, _properties(layout).encode())
    if not (layout.kafka / "log" / "meta.properties").exists():
        say(f"Kafka {KAFKA_VERSION}: making the log's folder")
        _format(layout, classpath, settings)
    return Program(
        name=NAME,
        arguments=(str(java()), *_HEAP, *_LOGGING, "-cp", classpath, "kafka.Kafka", str(settings)),
        environment=_environment(),
        folder=layout.kafka,
        log=layout.logs / "kafka.log",
        orphaned=Signals.SIGTERM,
    )


def is_ready(layout: Layout) -> bool:
    """Say whether the broker answers a request for the cluster's metadata with itself in it."""

    if not accepts(layout.kind.ports["kafka"]):
        return False  # aiokafka would write a line for every attempt

    async def ask() -> None:
        client = AIOKafkaAdminClient(bootstrap_servers=bootstrap(layout), request_timeout_ms=3000)
        try:
            await client.start()
            cluster = await client.describe_cluster()
            if not cluster["brokers"]:
                raise ConnectionError("no broker is registered yet")
        finally:
            await client.close()

    return asynchronous.run(asynchronous.answers(ask, 5))


def _properties(layout: Layout) -> str:
    broker, controller = layout.kind.ports["kafka"], layout.kind.ports["kafka-controller"]
    listeners = f"PLAINTEXT://{HOST}:{broker},CONTROLLER://{HOST}:{controller}"
    settings = _SETTINGS | {
        "listeners": listeners,
        "advertised.listeners": listeners,
        "controller.quorum.bootstrap.servers": f"{HOST}:{controller}",
        "log.dirs": str(layout.kafka / "log"),
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def _format(layout: Layout, classpath: str, settings: Path) -> None:
    made = subprocess.run(
        [
            *(str(java()), *_HEAP, *_LOGGING, "-cp", classpath, "kafka.tools.StorageTool", "format"),
            *("--standalone", "--ignore-formatted", "-t", layout.kind.kafka_cluster, "-c", str(settings)),
        ],
        capture_output=True,
        text=True,
        env=_environment(),
        check=False,
    )
    if made.returncode:
        last = "\n  ".join((made.stderr + made.stdout).strip().splitlines()[-5:])
        raise StackError(f"Kafka's folder could not be made:\n  {last}")


def _environment() -> dict[str, str]:
    # Not JAVA_TOOL_OPTIONS and the like: what runs here is what was tried.
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
