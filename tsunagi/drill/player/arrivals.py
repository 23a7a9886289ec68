"""How many people come at the fullest hour: what a run is held against, which plays days in hours."""

from itertools import pairwise

from tsunagi.drill.scenario import Scenario


def in_earnest(scenario: Scenario, people: int) -> float:
    """Return how many of so many people come a second when most come, with the times of the scenario unpressed."""
    curve = scenario.sheets.arrivals
    steepest = max((to - of) / (late - early) for (early, of), (late, to) in pairwise(curve))
    return people * steepest / scenario.hurried / 3600
