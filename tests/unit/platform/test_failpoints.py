"""A failpoint kills its process at its turn, and no other way."""

import os
import signal

import pytest

from shared.platform import failpoints


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    signals: list[int] = []
    monkeypatch.setattr(os, "kill", lambda pid, number: signals.append(number))
    monkeypatch.setattr(failpoints._Armed, "name", None)
    return signals


def test_unarmed_nothing_dies(killed: list[int]) -> None:
    failpoints.arm("")
    for name in failpoints.NAMES:
        failpoints.reach(name)
    assert killed == []


def test_armed_it_dies_there_and_at_its_turn(killed: list[int]) -> None:
    failpoints.arm("relay.after-send:3")
    for name in ("worker.after-effect", "relay.after-send", "relay.after-send"):
        failpoints.reach(name)
    assert killed == []
    failpoints.reach("relay.after-send")
    assert killed == [signal.SIGKILL]


@pytest.mark.parametrize("text", ["nowhere", "relay.after-send:", "relay.after-send:x", "relay.after-send:-1", ":2"])
def test_what_is_no_failpoint_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected|no failpoint"):
        failpoints.arm(text)
