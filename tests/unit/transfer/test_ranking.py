"""Who is asked first, and who is not asked (004 受入手順 ②; K4-079, K4-080, K4-107, K1-021, K1-027)."""

from typing import Any

import pytest

from services.transfer.domain.places import Room
from services.transfer.domain.ranking import (
    ASKABLE,
    REASONS,
    UNFIT,
    Position,
    Refusal,
    Site,
    Wanted,
    candidates,
    distance_km,
    forbidden,
    unfit,
)
from shared.contracts.transfer_facility import Received
from tests.unit.transfer.made import HOME_A, HOME_B, HOME_C, NOON, POLICY, later

NAGATA, HYOGO = Position(34.6656, 135.1507), Position(34.6797, 135.1739)
ELDERLY, COVERING, EVERYBODY, INFANTS = (
    Received(groups=(group,)) for group in ("elderly", "disabled", "care-needing", "infants")
)
WANTED = Wanted("core-welfare", ("elderly", "physical"), ward="28106", position=NAGATA)


def site(facility: Any = HOME_A, **fields: Any) -> Site:
    values: dict[str, Any] = {
        "kind": "core-welfare",
        "ward": "28106",
        "position": NAGATA,
        "receives": ELDERLY,
        "state": "open",
        "room": Room(free=1, unreserved=1),
    }
    return Site(facility, **(values | fields))


ORDERS = [
    ("the group by name before one that covers it", {}, {"receives": COVERING}),
    ("a group that covers it before everybody", {"receives": COVERING}, {"receives": EVERYBODY}),
    ("everybody before not stated", {"receives": EVERYBODY}, {"receives": None}),
    ("open before not reported open", {}, {"state": "listed"}),
    ("places known free before not known", {"ward": "28105"}, {"room": Room()}),
    ("the same ward before another", {"position": HYOGO}, {"ward": "28105"}),
    ("near before far", {}, {"position": HYOGO}),
    ("a position before none", {"position": HYOGO}, {"position": None}),
    ("more room before less", {"room": Room(2, 2)}, {}),
]


@pytest.mark.req("K4-079", "K1-021")
@pytest.mark.parametrize(("_name", "better", "worse"), ORDERS, ids=[row[0] for row in ORDERS])
def test_the_order(_name: str, better: dict[str, Any], worse: dict[str, Any]) -> None:
    for one, other in ((HOME_A, HOME_B), (HOME_B, HOME_A)):
        ranked = candidates(WANTED, [site(one, **better), site(other, **worse)], POLICY, 9)
        assert [found.facility for found in ranked] == [one, other]


REFUSED_FULL = {HOME_A: Refusal("full", NOON)}
REFUSED_FOR_THE_PERSON = {HOME_A: Refusal("medical-care", NOON)}
OUT = [
    ("a 地域福祉センター is never proposed", {"kind": "community-welfare-centre"}, {}, "excluded-kind"),
    ("a school is no welfare shelter", {"kind": "shelter"}, {}, "kind"),
    ("a closed one", {"state": "closed"}, {}, "closed"),
    ("a welfare shelter that has not opened", {"kind": "welfare", "state": "listed"}, {}, "not-open"),
    ("an open welfare shelter is one", {"kind": "welfare"}, {}, None),
    ("a core shelter that has not reported is asked to open", {"state": "listed"}, {}, None),
    ("one found damaged", {"state": "opening", "steps": {"damage-checked": False}}, {}, "damaged"),
    ("one in a flood area that has not been checked", {"at_risk": True}, {}, "at-risk"),
    ("the same once checked", {"at_risk": True, "steps": {"damage-checked": True}}, {}, None),
    ("one that receives others only", {"receives": INFANTS}, {}, "group"),
    ("one that names nobody may be asked", {"receives": None}, {}, None),
    ("a person of unknown group may be asked for", {"receives": INFANTS}, {"groups": ()}, None),
    ("a full one", {"room": Room(0, 0)}, {}, "full"),
    ("not known is not full", {"room": Room()}, {}, None),
    ("not known, and asked for three others", {"room": Room(), "unheld": 3}, {}, "busy"),
    ("full for the group", {"room": Room(3, 3, {"elderly": 0})}, {}, "full"),
    ("zero for others does not matter", {"room": Room(3, 3, {"infants": 0})}, {}, None),
    ("one that is being asked", {}, {"asked": frozenset({HOME_A})}, "asked-now"),
    ("one that was full", {"reported_at": NOON}, {"refusals": REFUSED_FULL}, "asked-before"),
    ("the same after a new report", {"reported_at": later(1)}, {"refusals": REFUSED_FULL}, None),
    ("one that cannot care for the person stays out", {"reported_at": later(1)},
     {"refusals": REFUSED_FOR_THE_PERSON}, "asked-before"),
    ("a core shelter takes no emergency admission", {}, {"emergency_admission": True}, "no-emergency-admission"),
    ("枠 are not for who was not screened", {"room": Room(1, 0)}, {"screened": False}, "full"),
    ("another place is", {"room": Room(2, 1)}, {"screened": False}, None),
    ("枠 are for who was screened", {"room": Room(1, 0)}, {}, None),
]  # fmt: skip


@pytest.mark.req("K4-079", "K4-080", "K4-107", "K4-109", "K1-027")
@pytest.mark.parametrize(("_name", "of_site", "of_need", "code"), OUT, ids=[row[0] for row in OUT])
def test_who_is_no_candidate(_name: str, of_site: dict[str, Any], of_need: dict[str, Any], code: str | None) -> None:
    wanted = WANTED._replace(**of_need)
    assert unfit(wanted, site(**of_site), POLICY) == code
    assert bool(candidates(wanted, [site(**of_site)], POLICY, 5)) is (code is None)
    assert forbidden(wanted, site(**of_site), POLICY) == (None if code in ASKABLE else code)


def test_every_candidate_says_why_in_both_languages() -> None:
    found = candidates(WANTED._replace(in_plan=HOME_B), [site(), site(HOME_B, room=Room(), state="listed")], POLICY, 5)
    assert [one.facility for one in found] == [HOME_B, HOME_A]
    assert found[0].reasons == ("group-named", "places-unknown", "not-yet-open", "same-ward", "in-plan")
    assert found[1].reasons == ("group-named", "places-free", "open", "same-ward")
    assert {reason for one in found for reason in one.reasons} <= REASONS.keys()
    assert UNFIT.keys() > ASKABLE


def test_no_more_than_asked_for() -> None:
    many = [site(one) for one in (HOME_A, HOME_B, HOME_C)]
    assert len(candidates(WANTED, many, POLICY, 2)) == 2


def test_a_distance_is_that_of_the_map() -> None:
    assert distance_km(NAGATA, HYOGO) == pytest.approx(2.64, abs=0.05)
    assert distance_km(NAGATA, NAGATA) == 0
