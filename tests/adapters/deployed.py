"""A deployment without containers: what docker-compose.yml runs, run here, on a PostgreSQL and a Kafka that are empty.

PostgreSQL has no database of ours and no login; Kafka speaks TLS, asks everybody who they are, and lets them do what
`tsunagi.docs.kafka_access` says and no more, as Strimzi has it from deploy/kubernetes. Hosts, ports and paths of
containers are replaced by those of this machine; every other variable is the compose file's.
"""

import asyncio
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

from shared.platform.topics import create_topics
from tests.adapters.secured import Secured
from tests.unit.deploy.composed import IN_CONTAINER, command, environment, ours
from tsunagi.docs.kafka_access import User, users
from tsunagi.stack import layout, postgres
from tsunagi.stack.layout import PROJECT, ROLES, SERVICES, Wish
from tsunagi.stack.ports import HOST, any_free
from tsunagi.stack.process import Process
from tsunagi.stack.services import last_lines
from tsunagi.stack.supervisor import Program, Supervisor

NAMES = [f"{service}-{role}" for service in SERVICES for role in ROLES]


class Deployed:
    """The deployment in a folder; `python` runs what the image's Python would run."""

    def __init__(self, folder: Path, python: Path = Path(sys.executable)) -> None:
        self.folder = folder
        self.secrets = folder / "secrets"
        self.kafka = Secured(folder / "kafka")
        self.ports: dict[str, int] = {}
        for name in (*NAMES, *(f"{name} status" for name in NAMES)):
            self.ports[name] = any_free(self.ports.values())
        self._python = python
        self._layout = layout.create(folder / "stack", Wish(ephemeral=True))
        self._users: Mapping[str, User] = {user.name: user for user in users()}
        self._open = ExitStack()
        self._supervisor: Supervisor | None = None

    def start_servers(self) -> None:
        """Start PostgreSQL and Kafka, with nothing of ours in them."""
        self._supervisor = Supervisor(self.folder / "stack", self._layout.logs)
        self._open.callback(self._layout.purge)
        self._open.callback(self._supervisor.close)
        self._start(postgres.prepare(self._layout, lambda _: None), lambda: postgres.is_ready(self._layout))
        self._start(self.kafka.prepare(list(self._users.values()), self._layout.logs), self.kafka.is_ready)
        asyncio.run(self.kafka.allow(list(self._users.values())))
        self.secrets.mkdir()
        (self.secrets / "postgres").write_text(self._layout.password(postgres.SUPERUSER))

    def once(self, name: str, *more: str) -> str:
        """Run one of the services that run once, and return what it says. Fails where it does.

        `more` stands in place of its command, as with `docker compose run NAME …`.
        """
        service = ours()[name]
        if more:
            service = {**service, "command": list(more)}
        words = [str(self.secrets) if word == "/secrets" else word for word in self._command(command(service))]
        ran = subprocess.run(
            words,
            env=self._bare() | self._local(name, environment(service)),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, f"{name}: {ran.stdout}{ran.stderr}"
        return ran.stdout + ran.stderr

    def make_topics(self) -> list[str]:
        """Make the topics, as who may; on Kubernetes Strimzi does it."""
        return asyncio.run(create_topics(self.kafka.within))

    def start(self) -> None:
        """Start all processes, and wait until each is healthy by the compose file's own question."""
        processes = [self._order(name) for name in NAMES]
        for process in processes:
            process.wait_ready(120)

    def stop(self) -> None:
        """Stop everything and remove it."""
        self._open.close()

    def last_words(self) -> str:
        """Return the ends of all logs."""
        logs = sorted(self._layout.logs.glob("*.log"))
        return "\n".join(f"--- {log.name}{last_lines(log)}" for log in logs)

    def health(self, name: str) -> str:
        """Return the address at which the compose file asks a process for its health."""
        asked = re.search(r"http://127\.0\.0\.1:(\d+)(/\S+?)'", ours()[name]["healthcheck"]["test"][3])
        assert asked
        is_status = asked[1] == environment(ours()[name])["TSUNAGI_METRICS_PORT"]
        return f"http://{HOST}:{self.ports[f'{name} status' if is_status else name]}{asked[2]}"

    @property
    def urls(self) -> dict[str, str]:
        """Return each service's API under its root path, as behind an ingress that takes nothing off."""
        return {service: f"http://{HOST}:{self.ports[f'{service}-api']}/{service}" for service in SERVICES}

    def dsn(self, login: str, password: str, database: str) -> str:
        """Return the URL of a database as this login."""
        return (
            f"postgresql://{login}:{quote(password, safe='')}@{HOST}:{self._layout.kind.ports['postgres']}/{database}"
        )

    def _command(self, words: list[str]) -> list[str]:
        match words:
            case ["python", *rest]:
                return [str(self._python), *rest]
            case ["tsunagi", *rest]:
                return [str(self._python), "-m", "tsunagi", *rest]
        raise AssertionError(words)

    def _bare(self) -> dict[str, str]:
        """Return the environment that even an empty container has; the project is found as the image finds it."""
        path = {} if self._python != Path(sys.executable) else {"PYTHONPATH": str(PROJECT)}
        return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": "/nonexistent", **path}

    def _local(self, name: str, given: Mapping[str, str]) -> dict[str, str]:
        """Return a container's environment with this machine's hosts, ports and paths in place of its own."""
        files = {"token-key": "token-key.pem", "token-signing-key": "token-signing-key.pem"}
        changed: dict[str, str] = {}
        for key, value in given.items():
            if value.startswith(IN_CONTAINER):
                secret = value.removeprefix(IN_CONTAINER)
                changed[key] = str(self.secrets / files.get(secret, secret))
            else:
                server = f"@{HOST}:{self._layout.kind.ports['postgres']}/"
                changed[key] = value.replace("@postgres:5432/", server)
        changed |= {
            "TSUNAGI_HOST": HOST,
            "TSUNAGI_METRICS_HOST": HOST,
            "TSUNAGI_DATADIR": str(self.folder / "tmp" / name),
        }
        if given.get("TSUNAGI_PASSWORDS"):
            changed["TSUNAGI_PASSWORDS"] = str(self.secrets)
        if name in self.ports:
            changed |= {
                "TSUNAGI_PORT": str(self.ports[name]),
                "TSUNAGI_METRICS_PORT": str(self.ports[f"{name} status"]),
            }
        user = {"operate": "operator"}.get(name, name)
        if user in self._users:
            changed |= self.kafka.settings(user)
        return {key: value for key, value in changed.items() if key != "PATH"}

    def _order(self, name: str) -> Process:
        service = ours()[name]
        program = Program(
            name=name,
            arguments=tuple(self._command(command(service))),
            environment=self._bare() | self._local(name, environment(service)),
            folder=self.folder,
            log=self._layout.logs / f"{name}.log",
        )
        return self._start(program, lambda: _answers(self.health(name)), wait=False)

    def _start(self, program: Program, is_ready: Callable[[], bool], *, wait: bool = True) -> Process:
        assert self._supervisor
        self._supervisor.add(program)
        process = Process(self._supervisor.board, program.name, program.log, is_ready, self._supervisor.wake)
        process.order_start()
        if wait:
            process.wait_ready(60)
        return process


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=3) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
