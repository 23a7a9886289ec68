"""The table of hand-offs itself: complete, in codes of the catalogue, refused where it is wrong, versioned."""

import pytest

from services.casework.domain.handoff_kinds import packaged_table, read_table
from services.casework.domain.handoff_rules import Tables
from services.casework.domain.kinds import packaged
from shared.contracts import codes
from shared.kernel.errors import Invalid
from tests.unit.casework.told import at
from tests.unit.casework.walks import WALKS, begun


def test_every_kind_that_can_open_has_been_walked() -> None:
    kinds = packaged_table().kinds
    assert {walk.kind for walk in WALKS} == {kind.code for kind in kinds if kind.facts == "now"}
    assert {kind.code for kind in kinds if kind.facts == "later"} == {
        "supporter-to-hq",
        "register-to-heard",
        "change-to-plan",
    }


def test_every_fact_of_the_table_has_been_told() -> None:
    """Each closing of each kind is walked, so that none is misspelt or can never be met."""
    walked = {walk.kind: set[str]() for walk in WALKS}
    for walk in WALKS:
        for tell in (*walk.done, *(tell for tell, _ in walk.ends)):
            life = begun(walk)
            told = len(life.events)
            tell(life)
            walked[walk.kind] |= {
                one.event.TYPE.removeprefix("tsunagi.").removesuffix(".v1") for one in life.events[told:]
            }
    alike = {  # told in other walks by the very same condition
        "transfer.need.ended",
        "transfer.placement.ended",
        "transfer.placement.declined",
        "transfer.placement.withdrawn",
        "transfer.placement.arrival-reported",
        "transfer.placement.accepted",
        "transfer.trip.started",
        "transfer.trip.dropped-off",
        "screening.screening.decided",
        "screening.screening.ended",
        "casework.case.reopened",
        "casework.conference.task-done",
        "intake.person.hospital-confirmed",
        "intake.person.returned-from-hospital",
        "intake.person.departed",
    }
    for kind in packaged_table().kinds:
        facts = {closing.fact for closing in (*kind.done, *kind.ends)}
        assert facts - walked.get(kind.code, facts) <= alike, kind.code


def test_the_table_speaks_in_codes_of_the_catalogue() -> None:
    for kind in packaged_table().kinds:
        assert kind.code in codes.HANDOFF
        assert kind.level is None or kind.level in codes.LEVEL
        for ends in kind.ends:
            assert ends.reason is None or ends.reason in codes.END


@pytest.mark.parametrize(
    ("right", "wrong", "reason"),
    [
        ("intake.person.registered", "intake.person.enrolled", "no event"),
        ("person.needs_care", "person.needs_cake", "has no needs_cake"),
        ('"representative":', '"representing":', "has no representing"),
        ('"due_minutes": 30', '"due_hours": 30', "due_hours"),
        ('"code": "hq-to-health-team"', '"code": "sheet-to-hq"', "two kinds"),
        (', "facts": "later"', "", "later"),
        ('"reason": "left"', '"note": "left"', "note"),
        ('"version": "handoffs-1"', '"version": "x", "since": "2024-01-01T00:00:00Z"', "always"),
    ],
)
def test_a_table_that_is_wrong_is_refused_whole(right: str, wrong: str, reason: str) -> None:
    raw = packaged("handoffs-1").decode()
    assert right in raw
    with pytest.raises(Invalid) as error:
        Tables([read_table(raw.replace(right, wrong).encode())])
    assert reason in str(error.value.details["reason"])


def test_a_new_version_of_the_table_counts_from_its_day_on() -> None:
    kinds = packaged_table()
    raw = packaged("handoffs-1").decode()
    raw = raw.replace('"version": "handoffs-1"', '"version": "city-2", "since": "2024-11-20T10:00:00Z"')
    raw = raw.replace('"due_minutes": 30', '"due_minutes": 10')
    tables = Tables([read_table(raw.encode()), kinds])
    assert tables.at(at("09:59")).kinds["sheet-to-hq"].due_minutes == 30
    assert tables.at(at("10:00")).kinds["sheet-to-hq"].due_minutes == 10
