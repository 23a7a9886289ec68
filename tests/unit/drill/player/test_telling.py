"""The summary of a drill in plain words, and the line that shows how far it is."""

from uuid import UUID

from tests.unit.drill.player.test_measures import measured
from tsunagi.drill.player.figures import Figures
from tsunagi.drill.player.outcome import Outcome, Unfinished
from tsunagi.drill.player.telling import told, told_unfinished

FIGURES = Figures(
    registered=1001,
    screened=239,
    placed=38,
    moved=37,
    arrived=36,
    cases=40,
    conferences=35,
    handoffs={"opened": 10, "taken": 7, "ended": 1, "open": 2, "overdue": 4},
    waiting_list=8,
    overdue_now=1,
)
URLS = {name: f"http://127.0.0.1:{port}" for name, port in (("intake", 8101), ("casework", 8104))}


def outcome(problems: list[str]) -> Outcome:
    return Outcome(
        scenario="kobe",
        people=1000,
        seed=1,
        speed=480.0,
        disaster=UUID(int=1),
        figures=FIGURES,
        lost=0,
        duplicated=0,
        seconds=93.6,
        commands=2941,
        repeated=79,
        refused={},
        problems=problems,
        measured=measured(),
    )


def test_every_figure_is_told_in_both_languages_with_the_addresses() -> None:
    values = outcome([]).values() | {"urls": URLS}
    text = "\n".join(told(outcome([]), values))
    for figure in ("1,001", "239", "38", "37", "36", "40", "35", "2,941"):
        assert figure in text
    assert "people registered" in text
    assert "登録した人" in text
    assert "http://127.0.0.1:8104/board" in text
    assert "an hour passes in 7.5 s" in text
    assert "PROBLEM" not in text


def test_what_is_wrong_is_told_and_is_not_clean() -> None:
    wrong = outcome(["casework says 36 arrived, the players did 37"])
    assert not wrong.clean
    assert any(line.strip().startswith("PROBLEM") for line in told(wrong, wrong.values() | {"urls": URLS}))


def test_one_flat_object_for_a_machine() -> None:
    values = outcome([]).values()
    assert values["registered"] == 1001
    assert values["handoffs"]["opened"] == 10
    assert values["clean"] is True
    assert "figures" not in values


def test_who_ended_it_is_told_how_far_it_came_and_how_it_goes_on() -> None:
    unfinished = Unfinished({"registered": 1234, "screened": 56}, measured())
    text = "\n".join(told_unfinished(unfinished, "tsunagi drill kobe --people 20000"))
    assert "1,234" in text
    assert "登録した人" in text
    assert "to go on   tsunagi drill kobe --people 20000" in text
    assert unfinished.values()["clean"] is None
