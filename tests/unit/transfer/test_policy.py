"""The policy is data: every code in it exists, and a broken one is refused whole."""

import msgspec
import pytest

from services.transfer.domain.policy import Policy, read_policy
from shared.contracts import codes
from shared.kernel.errors import Invalid
from tests.unit.transfer.made import POLICY

MOVES = [
    ("hospital", False),
    ("facility", True),
    ("core-welfare", True),
    ("welfare", True),
    ("welfare-space", False),
    ("infection-space", False),
    ("general", False),
]


@pytest.mark.parametrize(("destination", "opens"), MOVES)
def test_which_destination_opens_a_need(destination: str, opens: bool) -> None:
    assert POLICY.opens_need(destination) is opens
    assert {name for name, _ in MOVES} == set(codes.DESTINATION)


def test_every_departure_is_provided_for() -> None:
    assert set(POLICY.departures) == set(codes.DESTINATION_AFTER)


@pytest.mark.req("K4-080")
def test_a_community_welfare_centre_receives_for_no_destination() -> None:
    assert not any("community-welfare-centre" in POLICY.kinds(name) for name in codes.DESTINATION)


@pytest.mark.req("K4-128", "K4-129")
@pytest.mark.parametrize(
    ("high_risk", "aids", "welfare"),
    [(True, (), True), (False, (), False), (False, ("cane",), False), (False, ("stretcher",), True)],
)
def test_whom_an_ordinary_car_cannot_take(high_risk: bool, aids: tuple[str, ...], welfare: bool) -> None:
    assert POLICY.needs_welfare_vehicle(high_risk=high_risk, aids=aids) is welfare


def test_headings_of_the_considerations_are_read_as_groups() -> None:
    assert POLICY.groups(("common", "internal-intractable", "elderly", "elderly")) == (
        "internal",
        "intractable",
        "elderly",
    )


def changed(**fields: object) -> bytes:
    return msgspec.json.encode(msgspec.to_builtins(POLICY) | fields)


BROKEN = [
    (b"{", "policy.unreadable"),
    (changed(version="one"), "policy.unreadable"),
    (changed(surprise=1), "policy.unreadable"),
    (changed(everybody=["nobody"]), "policy.broken"),
    (changed(departures={"moon": None}), "policy.broken"),
    (changed(departures={"home": "gone"}), "policy.broken"),
]


@pytest.mark.parametrize(("raw", "code"), BROKEN)
def test_a_broken_policy_is_refused_whole(raw: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_policy(raw)
    assert refused.value.code == code


def test_a_policy_of_ones_own_is_read() -> None:
    own: Policy = read_policy(changed(id="own", version=3))
    assert own.name == "own@3"
