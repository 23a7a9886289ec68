"""What a command says about itself: kept as it is said, marked where it cannot be, refused where it cannot be read."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from shared.kernel.errors import Invalid
from shared.platform.clock import Clock
from shared.platform.log import correlation
from shared.platform.origin import read_origin
from shared.platform.permissions import Caller
from shared.platform.store import Origin

NOW = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
ID = UUID("019ab5a0-3c00-7000-8000-000000000001")
OTHER = UUID("019ab5a0-3c00-7000-8000-000000000002")
CALLER = Caller("staff-1", frozenset({"nurse"}))


def origin(_more: Any = None, **headers: Any) -> Origin:
    clock = Clock(epoch=NOW, started=NOW, real=lambda: NOW)
    raw = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()]
    return read_origin(raw, CALLER, clock, **(_more or {}))


def test_without_headers_it_happened_now_by_the_api() -> None:
    made = origin()
    assert made == Origin("staff-1", "api", NOW, made.causation, made.causation)
    assert made.causation.version == 7


def test_everything_that_is_said_is_kept() -> None:
    made = origin(
        {"ward": "28101", "corrects": OTHER},
        Idempotency_Key=str(ID),
        X_Correlation_Id=str(OTHER),
        Tsunagi_Happened_At="2026-11-21T13:40:00+09:00",
        Tsunagi_Precision="day",
        Tsunagi_Device_Now="2026-11-21T05:03:00Z",
        Tsunagi_Said_By="facility",
        Tsunagi_Channel="phone",
        Tsunagi_Disaster=str(OTHER),
    )
    assert made == Origin(
        actor="staff-1",
        channel="phone",
        now=NOW,
        causation=ID,
        correlation=OTHER,
        happened=datetime(2026, 11, 21, 4, 40, tzinfo=UTC),
        precision="day",
        disaster=OTHER,
        ward="28101",
        said_by="facility",
        device_offset=180,
        corrects=OTHER,
    )


def test_the_id_may_stand_in_quotes() -> None:
    assert origin(Idempotency_Key=f'"{ID}"').causation == ID


def test_a_chain_begins_with_the_command_where_no_other_is_named() -> None:
    assert origin(Idempotency_Key=str(ID)).correlation == ID


def test_the_chain_of_the_request_goes_on() -> None:
    token = correlation.set(OTHER)
    try:
        assert origin(Idempotency_Key=str(ID)).correlation == OTHER
    finally:
        correlation.reset(token)


def test_the_disaster_that_the_route_names_comes_first() -> None:
    assert origin({"disaster": ID}, Tsunagi_Disaster=str(OTHER)).disaster == ID


@pytest.mark.parametrize(
    ("headers", "offset"),
    [
        ({"Tsunagi_Device_Now": "2026-11-21T05:00:00Z"}, 0),
        ({"Tsunagi_Device_Now": "2026-11-21T04:59:30Z"}, -30),
        ({"Tsunagi_Device_Now": "1970-01-01T00:00:00Z"}, -1795237200),
        ({"Tsunagi_Device_Now": "2106-11-21T05:00:00Z"}, 2524521600),
        ({"Tsunagi_Happened_At": "2026-11-21T05:00:30Z"}, None),
        ({"Tsunagi_Happened_At": "2026-11-21T06:00:00Z"}, 3600),
        ({"Tsunagi_Happened_At": "2026-11-21T06:00:00Z", "Tsunagi_Device_Now": "2026-11-21T07:00:00Z"}, 7200),
        ({"Tsunagi_Happened_At": "2026-11-21T07:00:00Z", "Tsunagi_Device_Now": "2026-11-21T05:00:10Z"}, 7200),
        ({"Tsunagi_Happened_At": "2026-11-21T15:00:00Z", "Tsunagi_Precision": "day"}, None),
        ({"Tsunagi_Happened_At": "2026-11-23T05:00:00Z", "Tsunagi_Precision": "day"}, 172800),
        ({"Tsunagi_Happened_At": "2027-11-21T05:00:00Z", "Tsunagi_Precision": "unknown"}, None),
    ],
)
def test_a_clock_that_lies_is_marked_and_what_it_says_kept(headers: dict[str, str], offset: int | None) -> None:
    made = origin(**headers)
    assert made.device_offset == offset
    if "Tsunagi_Happened_At" in headers:
        assert made.happened == datetime.fromisoformat(headers["Tsunagi_Happened_At"])


@pytest.mark.parametrize(
    ("header", "value", "code"),
    [
        ("Idempotency-Key", "1", "id.malformed"),
        ("Idempotency-Key", "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "id.malformed"),
        ("Tsunagi-Disaster", "quake", "id.malformed"),
        ("X-Correlation-Id", "abc", "header.malformed"),
        ("Tsunagi-Happened-At", "昨日", "header.malformed"),
        ("Tsunagi-Happened-At", "2026-11-21T13:40:00", "header.malformed"),
        ("Tsunagi-Happened-At", "2026-11-21", "header.malformed"),
        ("Tsunagi-Happened-At", "0001-01-01T00:00:00+09:00", "header.malformed"),
        ("Tsunagi-Device-Now", "1700000000", "header.malformed"),
        ("Tsunagi-Precision", "second", "header.malformed"),
        ("Tsunagi-Said-By", "山田花子", "header.malformed"),
        ("Tsunagi-Said-By", "Yamada", "header.malformed"),
        ("Tsunagi-Channel", "telepathy", "header.malformed"),
        ("Tsunagi-Channel", "timer", "header.malformed"),
        ("Tsunagi-Channel", "worker", "header.malformed"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name_and_not_repeated(header: str, value: str, code: str) -> None:
    with pytest.raises(Invalid) as error:
        origin(**{header.replace("-", "_"): value})
    assert error.value.code == code
    assert header in error.value.details.values()
    assert value not in str(error.value.details)
