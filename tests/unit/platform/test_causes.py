"""What is said of a failure holds no message: messages hold names."""

import asyncpg
import pytest

from shared.kernel.errors import Refused
from shared.platform.causes import cause
from shared.platform.postgres import Statement


def failure() -> Exception:
    try:
        Statement("港 花子")  # type: ignore[arg-type]
    except Exception as error:  # noqa: BLE001
        return error
    raise AssertionError


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Refused("need.closed", person="港 花子"), "need.closed"),
        (asyncpg.UniqueViolationError("Key (name)=(港 花子) already exists"), "UniqueViolationError 23505"),
        (OSError(111, "港 花子"), "ConnectionRefusedError"),
        (TimeoutError("港 花子"), "TimeoutError"),
        (KeyError("港 花子"), "KeyError"),
        (None, "NoneType"),
    ],
)
def test_a_failure_is_named_without_its_message(error: BaseException | None, said: str) -> None:
    assert cause(error) == said


def test_a_bug_of_ours_is_named_with_its_line() -> None:
    assert cause(failure()).startswith("AttributeError at platform/postgres.py:")
