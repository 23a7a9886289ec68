"""Being asked to end: at once where Python lets it, at the next look where it throws the asking away."""

import os
import signal
import sys

import pytest

from tsunagi.commands.ending import ASKING, Ended, Ending


class Dying:
    """Something in whose destructor a signal reaches us."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __del__(self) -> None:
        os.kill(os.getpid(), self.number)


@pytest.fixture
def thrown_away(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was raised where Python cannot hand it on."""
    seen: list[object] = []

    def keep(what: "sys.UnraisableHookArgs") -> None:
        seen.append(what.exc_type)

    monkeypatch.setattr(sys, "unraisablehook", keep)
    return seen


@pytest.mark.parametrize("number", ASKING)
def test_who_asks_is_heard_at_once(number: int) -> None:
    with pytest.raises(Ended) as ended, Ending():
        os.kill(os.getpid(), number)
    assert ended.value.by == number


@pytest.mark.parametrize("number", ASKING)
def test_who_asks_in_a_destructor_is_heard_at_the_next_look(number: int, thrown_away: list[object]) -> None:
    with Ending() as ending:
        ending.check()
        dying = Dying(number)
        del dying
        assert thrown_away == [Ended]
        with pytest.raises(Ended) as ended:
            ending.check()
    assert ended.value.by == number


def test_afterwards_signals_are_what_they_were() -> None:
    before = [signal.getsignal(number) for number in ASKING]
    with Ending():
        assert [signal.getsignal(number) for number in ASKING] != before
    assert [signal.getsignal(number) for number in ASKING] == before
