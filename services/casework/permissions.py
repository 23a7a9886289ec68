"""Who may do what at casework; what stands in no row is refused.

A conference's member reaches only the case of their conference, only while they are members (K0-022). Facilities,
partners and analysts are in none of these rows: what they need, they get elsewhere (K4-165, K4-166).
"""

from shared.platform.permissions import Permission, Role, Scope

_HQ: dict[Role, Scope] = {"ward-hq": "ward", "city-hq": "any"}
_CARE: dict[Role, Scope] = {**_HQ, "nurse": "ward", "caseworker": "ward"}
_DESK: dict[Role, Scope] = {**_HQ, "caseworker": "ward"}
_SHARED: dict[Role, Scope] = {**_DESK, "conference-member": "self", "auditor": "any"}
_READ: dict[Role, Scope] = {**_CARE, "conference-member": "self", "auditor": "any"}

MAY_OPEN: frozenset[str] = frozenset({*_CARE, "conference-member"})
"""Roles to whom words are opened; an auditor sees that something was said, not what."""

MAY_NAME: frozenset[str] = frozenset({*_CARE, "shelter-staff"})
"""Roles to whom lists show names."""

PERMISSIONS: tuple[Permission, ...] = (
    Permission("timeline.read", _READ, ja="経過を見る", en="Read a person's timeline, summary and hand-offs"),
    Permission(
        "views.list", {"auditor": "any", "city-hq": "any"}, ja="閲覧の記録を見る", en="See who looked at a person"
    ),
    Permission(
        "handoff.list",
        {**_CARE, "shelter-staff": "ward", "auditor": "any"},
        ja="引き継ぎの一覧を見る",
        en="List hand-offs",
    ),
    Permission(
        "handoff.answer",
        {**_CARE, "shelter-staff": "ward"},
        ja="引き継ぎを引き受ける・戻す・終える",
        en="Take, return or end a hand-off",
    ),
    Permission(
        "policy.read",
        frozenset({*_CARE, "shelter-staff", "conference-member", "analyst", "auditor"}),
        ja="引き継ぎの表と分類表を見る",
        en="Read the table of hand-offs and the assessment scheme",
    ),
    Permission("person.find", _CARE, ja="氏名で人をさがす", en="Find a person by name"),
    Permission("person.list", {**_CARE, "auditor": "any"}, ja="支援漏れの一覧を見る", en="List who might be missed"),
    Permission(
        "board.read",
        {**_CARE, "shelter-staff": "ward", "auditor": "any", "analyst": "any"},
        ja="本部の状況を見る",
        en="See the board",
    ),
    Permission("case.open", _DESK, ja="ケースを開く", en="Open a case"),
    Permission(
        "case.read", {**_DESK, "conference-member": "self", "auditor": "any"}, ja="ケースを見る", en="Read a case"
    ),
    Permission("case.list", {**_DESK, "auditor": "any"}, ja="ケースの一覧を見る", en="List cases"),
    Permission("case.work", _DESK, ja="ケースを進める", en="Visit, assess, refer, close and reopen in a case"),
    Permission("case.assign", _DESK, ja="担当者を決める", en="Assign a case, take one over"),
    Permission("conference.call", _DESK, ja="ケース会議を招集する", en="Call a case conference, choose its members"),
    Permission("conference.hold", _DESK, ja="ケース会議を記録する", en="Record a case conference"),
    Permission("conference.read", _SHARED, ja="ケース会議を見る", en="Read case conferences"),
    Permission(
        "task.list", {**_DESK, "conference-member": "self"}, ja="役割分担の一覧を見る", en="List tasks of conferences"
    ),
    Permission(
        "task.finish", {**_DESK, "conference-member": "self"}, ja="役割分担を終える", en="Finish a task of a conference"
    ),
)
