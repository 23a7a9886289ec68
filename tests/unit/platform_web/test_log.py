"""A log line is JSON, says which chain it belongs to, and holds nobody's words."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import msgspec
import pytest
import structlog
from pydantic import BaseModel

from shared.kernel.errors import Refused
from shared.platform import log as logs
from shared.platform.careful import careful, careful_error
from tests.matrix import Ground
from tests.unit.platform_web.small import NOTE, PLANTED, bearer, client_of, make_app, router_of

Lines = Callable[[], list[dict[str, Any]]]
OWN = logging.getLogger("services.small")


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Configure logging as a process does, and undo it."""
    stream, root = io.BytesIO(), logging.getLogger()
    before = root.handlers[:], root.level, {name: logging.getLogger(name).level for name in logs.QUIET}
    logs.configure("INFO", service="small", process="api", stream=stream)

    def read() -> list[dict[str, Any]]:
        return [json.loads(line) for line in stream.getvalue().splitlines()]

    yield read
    root.handlers[:], root.level = before[0], before[1]
    for name, level in before[2].items():
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(capture=False)
    logging.getLogger("uvicorn.access").disabled = False
    structlog.reset_defaults()
    logs._Output.stream, logs._Output.requests = None, False


class Words(msgspec.Struct):
    name: str


class Sheet(BaseModel):
    name: str


class Row(NamedTuple):
    name: str


class Kind(Enum):
    QUAKE = "quake"


def test_a_line_says_when_who_and_what(lines: Lines) -> None:
    token = logs.correlation.set(NOTE)
    try:
        OWN.info("%d places are free", 5, extra={"ward": "28101", "facility": NOTE})
    finally:
        logs.correlation.reset(token)
    [line] = lines()
    at = datetime.fromisoformat(line.pop("at"))
    assert abs((datetime.now(UTC) - at).total_seconds()) < 60
    assert line == {
        "level": "info",
        "service": "small",
        "process": "api",
        "logger": "services.small",
        "event": "5 places are free",
        "correlation": str(NOTE),
        "ward": "28101",
        "facility": str(NOTE),
    }


def test_structlog_writes_the_same_line(lines: Lines) -> None:
    logger = structlog.get_logger("services.small")
    logger.info("asked", ward="28101", words=Words(PLANTED), name=PLANTED, msg=PLANTED)
    logger.debug("too quiet")
    [line] = lines()
    assert (line["event"], line["ward"], line["logger"]) == ("asked", "28101", "services.small")
    assert PLANTED not in str(line)


def test_the_level_comes_from_the_settings(lines: Lines) -> None:
    OWN.debug("too quiet")
    assert lines() == []


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (5, 5),
        (None, None),
        (NOTE, NOTE),
        (Kind.QUAKE, "quake"),
        ("transfer.placement", "transfer.placement"),
        (Path("/var/tmp/x"), "/var/tmp/x"),
        (["a", 1], ["a", 1]),
        (PLANTED, "<text of 4>"),
        ([PLANTED], ["<text of 4>"]),
        ("x" * 400, "x" * 300 + "..."),
        (list(range(25)), [*range(20), "<5 more>"]),
        (Words(PLANTED), "<Words>"),
        (Sheet(name=PLANTED), "<Sheet>"),
        (Row(PLANTED), "<Row>"),
        ({"Yamada": 1}, "<dict>"),
        (b"Yamada", "<bytes>"),
        (ValueError(PLANTED), "ValueError"),
    ],
)
def test_only_what_is_harmless_is_shown(value: object, shown: object) -> None:
    assert careful(value) == shown


@pytest.mark.parametrize("name", ["phone", "words", "Birth", "note", "query", "token", "kana"])
def test_under_some_names_nothing_is_written(lines: Lines, name: str) -> None:
    OWN.info("kept", extra={name: "090-0000-0000"})
    [line] = lines()
    assert line[name] == "<left out>"


def test_what_others_write_into_their_sentences_is_taken_out(lines: Lines) -> None:
    logging.getLogger("library").warning("bad record %s of %s at %d", {"name": "Yamada"}, PLANTED, Decimal(3))
    logging.getLogger("library").warning("bad name 山田花子")
    logging.getLogger("library").warning("%(who)s came", {"who": PLANTED, "name": "Yamada"})
    text = json.dumps(lines(), ensure_ascii=False)
    assert PLANTED not in text
    assert "Yamada" not in text


def test_an_error_is_told_by_its_type_and_place_and_never_by_its_message(lines: Lines) -> None:
    def work() -> None:
        raise KeyError(PLANTED) from asyncpg.UniqueViolationError(f"Key (name)=({PLANTED}) already exists.")

    try:
        work()
    except KeyError:
        OWN.exception("failed for %s", PLANTED)
    [line] = lines()
    assert line["error"]["type"] == "KeyError"
    assert line["error"]["at"][-1].endswith("work")
    assert line["error"]["after"]["type"] == "UniqueViolationError"
    assert line["error"]["after"]["sqlstate"] == "23505"
    assert PLANTED not in json.dumps(line, ensure_ascii=False)


def test_some_errors_say_a_little_more() -> None:
    assert careful_error(Refused("note.closed", name=PLANTED)) == {"type": "Refused", "code": "note.closed"}
    assert careful_error(ConnectionRefusedError(111, PLANTED)) == {"type": "ConnectionRefusedError", "errno": 111}
    assert careful_error(AttributeError("no such attribute"))["says"] == "no such attribute"
    grouped = careful_error(ExceptionGroup(PLANTED, [ValueError(PLANTED)]))
    assert grouped == {"type": "ExceptionGroup", "together": [{"type": "ValueError"}]}


def test_a_library_that_repeats_itself_is_held_back(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    for count in range(100):
        logging.getLogger("aiokafka.conn").error("Unable to connect to node %d", count)
        OWN.warning("told every time")
    assert sum(line["logger"] == "aiokafka.conn" for line in lines()) == 5
    assert sum(line["logger"] == "services.small" for line in lines()) == 100
    now += 61
    logging.getLogger("aiokafka.conn").error("another sentence")
    for _ in range(2):
        logging.getLogger("aiokafka.conn").error("Unable to connect to node %d", 1)
    kafka = [line for line in lines() if line["logger"] == "aiokafka.conn"]
    assert len(kafka) == 8


def test_after_a_while_it_says_how_often_it_was_held_back(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    for count in range(101):
        now = 1000.0 if count < 100 else 1061.0
        logging.getLogger("faust").error("gone")
    assert lines()[-1]["kept_back"] == 95
    assert len(lines()) == 6


def test_libraries_tell_only_what_went_wrong(lines: Lines) -> None:
    for name in logs.QUIET:
        logging.getLogger(name).info("chatter")
    logging.getLogger("uvicorn.access").warning("GET /persons?name=x")
    assert lines() == []


def test_a_stream_that_breaks_ends_nothing(lines: Lines, capsys: pytest.CaptureFixture[str]) -> None:
    class Full(io.BytesIO):
        def write(self, _: object) -> int:
            raise OSError(28, "No space left on device")

    logs._Output.stream = Full()
    OWN.warning("for %s", PLANTED)
    assert capsys.readouterr() == ("", "")


async def test_a_request_has_one_line_with_the_template_and_no_words(lines: Lines) -> None:
    app = make_app(router_of({NOTE: Ground("28101", NOTE, "taxi", "staff-1")}))
    async with client_of(app) as client:
        sent = await client.post(f"/notes/{NOTE}", json={"text": PLANTED}, params={"name": "Yamada"}, headers=bearer())
        await client.get("/Yamada/" + PLANTED)
        await client.post("/quick", json={"text": "28101"}, headers=bearer(roles=["nurse"]))
    written = lines()
    assert [(line["method"], line["route"], line["status"]) for line in written] == [
        ("POST", "/notes/{note}", 200),
        ("GET", "unknown", 404),
        ("POST", "/quick", 200),
    ]
    assert written[0]["correlation"] == sent.headers["x-correlation-id"]
    assert written[0]["ms"] >= 0
    text = json.dumps(written, ensure_ascii=False)
    assert PLANTED not in text
    assert "Yamada" not in text
    assert str(NOTE) not in text


async def test_an_error_that_nobody_foresaw_is_logged_with_its_chain(lines: Lines) -> None:
    router = router_of({})
    app = make_app(router)
    async with client_of(app) as client:
        headers = {**bearer(), "Idempotency-Key": str(NOTE)}
        response = await client.post(f"/notes/{NOTE}", json={"text": PLANTED}, headers=headers)
    assert response.status_code == 500
    error, request = lines()
    assert (error["level"], error["error"]["type"], error["correlation"]) == ("error", "KeyError", str(NOTE))
    assert request["status"] == 500
    assert UUID(request["correlation"]) == NOTE
