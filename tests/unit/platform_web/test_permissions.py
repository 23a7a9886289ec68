"""What no row allows is refused, and a role reaches as far as its row says."""

from typing import Any, cast
from uuid import UUID

import pytest

from shared.kernel.errors import Forbidden
from shared.platform.permissions import ROLES, Caller, Permission, Within, permission_table, permissions_table

A, B = UUID("f0000000-0000-8000-8000-000000000001"), UUID("f0000000-0000-8000-8000-000000000002")
ANSWER = Permission(
    "placement.answer",
    {"facility": "facility", "ward-hq": "ward", "city-hq": "any", "partner": "partner", "nurse": "self"},
    ja="答える",
    en="Answer",
)


def caller(*roles: str, **scope: Any) -> Caller:
    return Caller("staff-1", frozenset(roles), **scope)


@pytest.mark.parametrize("role", sorted(set(ROLES) - set(ANSWER.roles)))
def test_a_role_that_stands_in_no_row_is_refused(role: str) -> None:
    with pytest.raises(Forbidden) as error:
        ANSWER.within(caller(role, wards=None))
    assert error.value.details == {"action": "placement.answer"}


def test_without_roles_nothing_is_allowed() -> None:
    with pytest.raises(Forbidden):
        ANSWER.within(caller(wards=None))


@pytest.mark.parametrize(
    ("who", "thing", "reached"),
    [
        (caller("ward-hq", wards=frozenset({"28101"})), {"ward": "28101"}, True),
        (caller("ward-hq", wards=frozenset({"28101"})), {"ward": "28102"}, False),
        (caller("ward-hq", wards=frozenset({"28101"})), {"ward": None}, False),
        (caller("ward-hq", wards=frozenset({"28101"})), {"wards": ["28102", "28101"]}, True),
        (caller("ward-hq", wards=frozenset({"28101"})), {"wards": ["28102", None]}, False),
        (caller("ward-hq", wards=frozenset()), {"ward": "28101"}, False),
        (caller("ward-hq", wards=None), {"ward": "28102"}, True),
        (caller("ward-hq", wards=None), {"ward": None}, True),
        (caller("ward-hq", facilities=frozenset({A})), {"facility": A}, False),
        (caller("facility", facilities=frozenset({A})), {"facility": A, "ward": "28102"}, True),
        (caller("facility", facilities=frozenset({A})), {"facility": B}, False),
        (caller("facility", facilities=frozenset({A})), {"facility": None}, False),
        (caller("facility", facilities=frozenset({A})), {"facilities": [B, A]}, True),
        (caller("facility", facilities=frozenset({A}), wards=None), {"facility": B, "ward": "28101"}, False),
        (caller("partner", partners=frozenset({"taxi"})), {"partner": "taxi"}, True),
        (caller("partner", partners=frozenset({"taxi"})), {"partner": "bus"}, False),
        (caller("nurse"), {"owner": "staff-1"}, True),
        (caller("nurse"), {"owner": "staff-2"}, False),
        (caller("nurse"), {"owner": ["staff-2", "staff-1"]}, True),
        (caller("nurse"), {"ward": "28101"}, False),
        (caller("city-hq"), {}, True),
        (caller("nurse", "ward-hq", wards=frozenset({"28101"})), {"owner": "staff-2", "ward": "28101"}, True),
    ],
)
def test_a_role_reaches_as_far_as_its_row_says(who: Caller, thing: dict[str, Any], reached: bool) -> None:
    assert ANSWER.within(who).holds(**thing) is reached


def test_a_list_is_filtered_by_what_is_within_reach() -> None:
    who = caller("ward-hq", "facility", wards=frozenset({"28102", "28101"}), facilities=frozenset({A}))
    assert ANSWER.within(who) == Within(wards=("28101", "28102"), facilities=(A,))


def test_roles_as_a_set_have_one_scope() -> None:
    assert Permission("board.read", {"ward-hq", "city-hq"}, "ward", ja="", en="").roles == {
        "ward-hq": "ward",
        "city-hq": "ward",
    }


@pytest.mark.parametrize("roles", [{}, {"captain": "any"}, {"ward-hq": "planet"}])
def test_a_row_that_means_nothing_is_refused(roles: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="x:"):
        Permission("x", cast("Any", roles), ja="", en="")


def test_an_action_has_one_row() -> None:
    with pytest.raises(ValueError, match=r"two permissions for placement\.answer"):
        permission_table([ANSWER, ANSWER])


def test_the_table_is_written_for_people() -> None:
    text = permissions_table({"transfer": [ANSWER, Permission("board.read", {"auditor"}, ja="見る", en="See")]})
    assert "| action | 操作 | what | ward-hq | city-hq | nurse | facility | partner | auditor |" in text
    assert "| `placement.answer` | 答える | Answer | ward | any | self | facility | partner |  |" in text
    assert "| `board.read` | 見る | See |  |  |  |  |  | any |" in text
    assert "`nurse` 保健師（保健班）" in text
