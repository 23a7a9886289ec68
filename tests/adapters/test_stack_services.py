"""The services' processes in a stack: what they are given, and that they are ready before the stack says so.

Stand-ins take the services' place: they answer with what they were given.
"""

import json
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tsunagi.stack import services
from tsunagi.stack.errors import StackError
from tsunagi.stack.layout import SERVICES
from tsunagi.stack.stack import Stack

STAND_IN = """
import http.server, json, os, sys
role = sys.argv[1]
given = {key: value for key, value in os.environ.items() if key.startswith("TSUNAGI_")} | {"role": role}
if role == "migrate":
    if os.path.exists("broken"):
        sys.exit("relation events already exists")
    open("migrated-" + os.environ["TSUNAGI_DATABASE_URL"].rsplit("/", 1)[1], "w").write(json.dumps(given))
    sys.exit(0)
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        ready = not os.path.exists("not-ready")
        self.send_response(200 if ready else 503)
        self.end_headers()
        self.wfile.write(json.dumps(given).encode())
    def log_message(self, *_):
        pass
port = os.environ["TSUNAGI_PORT" if role == "api" else "TSUNAGI_METRICS_PORT"]
http.server.HTTPServer((os.environ["TSUNAGI_HOST"], int(port)), Answer).serve_forever()
"""
EPOCH = datetime(2026, 1, 16, 20, 46, tzinfo=UTC)


@pytest.fixture
def stand_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose services are stand-ins."""
    for service in SERVICES:
        package = tmp_path / "services" / service
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        (package / "__main__.py").write_text(STAND_IN)
    (tmp_path / "services" / "__init__.py").touch()
    monkeypatch.setattr(services, "PROJECT", tmp_path)
    return tmp_path


@pytest.fixture
def stack(stand_ins: Path) -> Iterator[Stack]:
    with Stack.open(ephemeral=True, rate=60, epoch=EPOCH) as stack:
        yield stack


def given(stack: Stack, name: str) -> dict[str, Any]:
    """Ask a stand-in what it was given."""
    port = stack.layout.kind.ports[name if name.endswith(".api") else f"{name}.metrics"]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
        seen: dict[str, Any] = json.load(answer)
    return seen


def test_each_process_is_given_its_own_login_port_and_the_stacks_clock(stack: Stack, stand_ins: Path) -> None:
    stack.start(["intake", "screening.relay"])

    api, relay = given(stack, "intake.api"), given(stack, "screening.relay")
    assert (api["role"], relay["role"]) == ("api", "relay")
    assert api["TSUNAGI_DATABASE_URL"] == stack.dsn("intake", "api")
    assert relay["TSUNAGI_DATABASE_URL"] == stack.dsn("screening", "relay")
    assert relay["TSUNAGI_KAFKA"] == stack.bootstrap
    assert api["TSUNAGI_CLOCK_RATE"] == "60.0"
    assert datetime.fromisoformat(api["TSUNAGI_CLOCK_EPOCH"]) == EPOCH
    assert {api[key] for key in ("TSUNAGI_DRILL", "TSUNAGI_CITY")} == {"1", "281000"}
    assert Path(api["TSUNAGI_KEK_FILE"]).read_bytes()
    assert b"PRIVATE" not in Path(api["TSUNAGI_TOKEN_KEY_FILE"]).read_bytes()
    assert Path(relay["TSUNAGI_DATADIR"]).is_dir()
    assert sorted(stack.status()["programs"]) == ["intake.api", "intake.relay", "intake.worker", "screening.relay"]


def test_when_a_drill_is_over_its_clock_goes_on_at_the_pace_of_the_wall(stack: Stack) -> None:
    stack.start(["intake"])
    before = datetime.fromisoformat(stack.status()["clock"]["now"])

    stack.slow_down()

    seen, clock = given(stack, "intake.relay"), stack.status()["clock"]
    epoch = datetime.fromisoformat(seen["TSUNAGI_CLOCK_EPOCH"])
    assert (seen["TSUNAGI_CLOCK_RATE"], clock["rate"]) == ("1.0", 1.0)
    assert before < epoch <= datetime.fromisoformat(clock["now"])
    assert stack.layout.began == EPOCH
    assert stack.status()["ready"]
    assert sorted(stack.status()["programs"]) == ["intake.api", "intake.relay", "intake.worker"]

    pid = stack.process("intake", "relay").pid
    stack.slow_down()
    assert stack.process("intake", "relay").pid == pid, "what goes at that pace is left alone"


def test_what_is_set_for_the_person_at_the_terminal_does_not_leak_into_the_stack(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TSUNAGI_DATABASE_URL", "postgresql://somewhere/else")
    monkeypatch.setenv("TSUNAGI_FAILPOINT", "relay.after-send")
    monkeypatch.setenv("TSUNAGI_LOG_LEVEL", "DEBUG")
    stack.start(["intake.relay"])

    seen = given(stack, "intake.relay")
    assert seen["TSUNAGI_DATABASE_URL"] == stack.dsn("intake", "relay")
    assert "TSUNAGI_FAILPOINT" not in seen
    assert seen["TSUNAGI_LOG_LEVEL"] == "DEBUG"


def test_migrations_run_as_the_owner_before_the_processes_start(stack: Stack, stand_ins: Path) -> None:
    stack.start(["transfer.api"])

    migrated = json.loads((stand_ins / "migrated-transfer").read_text())
    assert migrated["TSUNAGI_DATABASE_URL"] == stack.dsn("transfer", "owner")
    assert not (stand_ins / "migrated-intake").exists()


def test_a_migration_that_fails_stops_the_start_with_its_last_words(stack: Stack, stand_ins: Path) -> None:
    (stand_ins / "broken").touch()

    with pytest.raises(StackError, match=r"intake could not be migrated:\n.*already exists"):
        stack.start(["intake.api"])


def test_a_process_that_does_not_become_ready_is_waited_for(
    stack: Stack, stand_ins: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.start(["intake.worker"])
    (stand_ins / "not-ready").touch()

    with pytest.raises(StackError, match=r"intake\.worker: ready did not come within 1 s"):
        stack.process("intake", "worker").restart(seconds=1)


def test_a_failpoint_holds_for_one_run(stack: Stack) -> None:
    stack.start(["intake.relay"])
    relay = stack.process("intake", "relay")

    relay.restart({"TSUNAGI_FAILPOINT": "relay.after-send"})
    assert given(stack, "intake.relay")["TSUNAGI_FAILPOINT"] == "relay.after-send"
    before = relay.seen.restarts
    relay.kill()
    relay.wait_restarted(than=before)

    assert "TSUNAGI_FAILPOINT" not in given(stack, "intake.relay")


def test_a_frozen_process_answers_nothing_until_it_is_thawed(stack: Stack) -> None:
    stack.start(["intake.api"])
    api = stack.process("intake", "api")

    api.freeze()
    assert not api.is_ready()
    api.thaw()

    api.wait_ready()


def test_an_unknown_part_is_named(stack: Stack) -> None:
    with pytest.raises(StackError, match=r"no part called outtake: postgres, kafka, services, intake"):
        stack.start(["outtake"])
