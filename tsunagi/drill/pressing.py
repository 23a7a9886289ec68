"""Three days in one: a drill presses the scenario's time, so that all of it is seen before people go home.

Pressed is when things come (arrivals, networks that return, openings, departures), by one factor for all. How long
people take for something (a facility to answer, a drive) is as it is: it cannot be hurried.

So "times real time" is two figures. A stack's clock that runs 24 times as fast as the wall's makes calls, answers and
drives 24 times as fast as in earnest; people come 24 × 8 = 192 times as fast. What the system has to bear is told by
people a second, beside those of the same city's fullest hour in earnest (`player.arrivals`).
"""

from typing import Any

import msgspec

from tsunagi.drill.scenario import Scenario

_SHEETS = (
    "network_returns",
    "repeat_minutes",
    "correction_hours",
    "goes_out_minutes",
    "stays_out_minutes",
    "departs_hours",
)


def pressed(scenario: Scenario, factor: float | None = None) -> Scenario:
    """Return the scenario with its times pressed by a factor (its own, where none is given)."""
    by = scenario.pressed if factor is None else factor
    sheets, opening = scenario.sheets, scenario.opening
    arrivals = tuple((hours / by, share) for hours, share in sheets.arrivals)
    times: dict[str, Any] = {name: _shorter(getattr(sheets, name), by) for name in _SHEETS}
    return msgspec.structs.replace(
        scenario,
        pressed=1,
        hurried=scenario.hurried * by,
        sheets=msgspec.structs.replace(sheets, arrivals=arrivals, **times),
        openings=tuple(
            msgspec.structs.replace(rule, opens_hours=_shorter(rule.opens_hours, by)) for rule in scenario.openings
        ),
        opening=msgspec.structs.replace(opening, lowers_after_hours=_shorter(opening.lowers_after_hours, by)),
    )


def _shorter(times: tuple[Any, ...], by: float) -> tuple[Any, ...]:
    """Whole numbers stay whole, and none becomes nothing."""
    return tuple(max(1, round(time / by)) if isinstance(time, int) else time / by for time in times)
