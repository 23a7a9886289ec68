"""The board's figures are held against what the players did themselves."""

from typing import Any

from tsunagi.drill.player.figures import Figures, differences

HANDS = {"opened": 5, "taken": 3, "ended": 1, "open": 1, "overdue": 2}


def done() -> dict[str, int]:
    return {"registered": 9, "screened": 4, "placed": 2, "moved": 2, "arrived": 1, "cases": 1, "conferences": 1}


def figures(**changes: Any) -> Figures:
    counts: dict[str, Any] = done() | {"handoffs": HANDS, "waiting_list": 0, "overdue_now": 0}
    return Figures(**(counts | changes))


def test_the_same_figures_are_no_problem() -> None:
    assert differences(figures(), done(), alone=True) == []


def test_somebody_whom_casework_does_not_know_is_a_problem() -> None:
    assert differences(figures(arrived=0), done(), alone=False) == ["casework says 0 arrived, the players did 1"]


def test_more_than_the_players_did_is_a_problem_only_where_nobody_else_was_there() -> None:
    assert differences(figures(screened=6), done(), alone=True) == ["casework says 6 screened, the players did 4"]
    assert differences(figures(screened=6), done(), alone=False) == []


def test_handoffs_must_add_up() -> None:
    [problem] = differences(figures(handoffs=HANDS | {"opened": 6}), done(), alone=True)
    assert "do not add up" in problem
