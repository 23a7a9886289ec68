"""Before the quake: the disaster is declared (a drill), the master of facilities imported, the partners entered."""

from typing import Any

import msgspec

from tsunagi.drill.facilities import facilities, size
from tsunagi.drill.player.callers import CITY_HQ
from tsunagi.drill.player.stage import Stage

AT_ONCE = 120
"""So many facilities are sent with one command."""


async def prepare(stage: Stage) -> None:
    """Make the stack ready for the drill; what is there already stays as it is."""
    await declare(stage)
    await import_facilities(stage)
    await enter_partners(stage)


async def declare(stage: Stage) -> None:
    """Declare the drill's disaster."""
    scenario = stage.scenario
    body = {
        "kind": scenario.kind,
        "title": scenario.title["ja"],
        "began": stage.begins.isoformat(),
        "wards": [ward.code for ward in scenario.wards],
        "stage": "hq",
    }
    command = stage.command("disaster", happened=stage.begins)
    await stage.send(CITY_HQ, "intake", f"/disasters/{stage.disaster}", body, command, method="PUT")


async def import_facilities(stage: Stage) -> None:
    """Import the real shelters as the published list gives them, with sizes made up; then what is invented."""
    rows: list[dict[str, Any]] = []
    for row in stage.scenario.listed:
        meant_for = size(stage.scenario, row, stage.population.people)
        rows.append(msgspec.to_builtins(row) | ({"size": meant_for, "size_invented": True} if meant_for else {}))
    invented = [one for one in facilities(stage.scenario, stage.seed) if one.invented]
    rows += [{**msgspec.to_builtins(one), "city": stage.scenario.city} for one in invented]
    for number, begin in enumerate(range(0, len(rows), AT_ONCE)):
        body = {"rows": rows[begin : begin + AT_ONCE]}
        command = stage.command("facilities", number)
        await stage.send(CITY_HQ, "transfer", "/facilities/import", body, command, method="PUT")


async def enter_partners(stage: Stage) -> None:
    """Enter who drives."""
    for partner in stage.scenario.partners:
        body = {
            "name": partner.name,
            "kind": "welfare-vehicles" if "welfare" in partner.vehicles else "taxi",
            "vehicles": list(partner.vehicles),
            "wards": list(partner.wards),
            "agreement": "（訓練）災害時における輸送の協定",
        }
        command = stage.command("partner", partner.code)
        await stage.send(CITY_HQ, "transfer", f"/partners/{partner.code}", body, command, method="PUT")
