"""What came of a drill, told to people in both languages, with the addresses where to look on."""

from collections.abc import Mapping
from typing import Any

from tsunagi.drill.player.outcome import Outcome, Unfinished
from tsunagi.drill.player.progress import clock_time
from tsunagi.drill.player.telling_measures import told_measures

_ROWS = (
    ("registered", "登録した人", "people registered"),
    ("screened", "保健師が避難先を判断した人", "decided by a nurse"),
    ("placed", "受入先が決まった人", "accepted by a facility"),
    ("moved", "移動した人", "moved"),
    ("arrived", "受入報告があった人", "arrived"),
    ("waiting_list", "受入先を待っている人", "waiting for a place"),
    ("cases", "ケース", "cases opened"),
    ("conferences", "ケース会議", "case conferences held"),
)
_HANDS = (
    ("opened", "引き継ぎ（発生）", "hand-offs opened"),
    ("taken", "　引き受けた", "  taken"),
    ("ended", "　理由があって終了", "  ended for a reason"),
    ("open", "　まだ誰も引き受けていない", "  nobody has them yet"),
    ("overdue", "　期限を過ぎたことがある", "  ever overdue"),
)


def told(outcome: Outcome, values: Mapping[str, Any]) -> list[str]:
    """Return the lines of the summary; `values` as `drill --json` prints them."""
    lines = [
        "",
        f"Drill {outcome.scenario}: played in {outcome.seconds:.0f} s   訓練 {outcome.scenario} が終わりました",
        "",
    ]
    lines += [f"  {values[code]:>7,}  {en:<26} {ja}" for code, ja, en in _ROWS]
    lines += [f"  {values['handoffs'][code]:>7,}  {en:<26} {ja}" for code, ja, en in _HANDS]
    lines += [
        "",
        f"  {outcome.lost:>7}  lost between two hands     引き継ぎの間で見失った人（0 でなければならない）",
        f"  {outcome.duplicated:>7}  done twice                 二重に行われたこと（0 でなければならない）",
        f"  {outcome.commands:>7,}  commands sent, {outcome.repeated:,} of them answered as before",
    ]
    lines += [f"  PROBLEM  {problem}" for problem in outcome.problems]
    lines += told_measures(outcome.measured)
    lines += ["", *_addresses(values["urls"])]
    pace = "as fast as the wall's" if outcome.speed == 1 else f"an hour passes in {_hour(outcome.speed)}"
    lines += [f"  clock      {pace} on this stack", ""]
    return lines


def _hour(speed: float) -> str:
    seconds = 3600 / speed
    return f"{seconds:.3g} s" if seconds < 100 else clock_time(seconds)


def _addresses(urls: Mapping[str, str]) -> list[str]:
    found = [f"  {name:<10} {url}/docs" for name, url in urls.items()]
    return [
        *found,
        f"  board      {urls['casework']}/board   (tsunagi token --role city-hq --ward '*')",
    ]


def tell_outcome(outcome: Outcome, values: Mapping[str, Any]) -> None:
    """Print the summary."""
    print("\n".join(told(outcome, values)))


def told_unfinished(unfinished: Unfinished, again: str) -> list[str]:
    """Return the lines for a play that somebody ended: how far it came, and the command by which it goes on."""
    lines = ["", "Ended by hand. So far:   中断しました。ここまでに：", ""]
    lines += [f"  {unfinished.done[code]:>7,}  {en:<26} {ja}" for code, ja, en in _ROWS if code in unfinished.done]
    return [*lines, *told_measures(unfinished.measured), f"  to go on   {again}", ""]
