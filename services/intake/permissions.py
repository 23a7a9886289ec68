"""Who may do what at intake; what stands in no row is refused.

The sheet is used for supplies and health support, shared with the ward headquarters and the second shelter
(004 調査票 ※): roles with another purpose are in none of these rows (K4-020).
"""

from shared.platform.permissions import Permission, Role, Scope

_STAFF: dict[Role, Scope] = {"shelter-staff": "ward", "ward-hq": "ward", "city-hq": "any"}
_CARE: dict[Role, Scope] = {**_STAFF, "nurse": "ward"}
_EVERYBODY: frozenset[Role] = frozenset({*_CARE, "facility", "partner", "caseworker", "analyst", "auditor"})

PERMISSIONS: tuple[Permission, ...] = (
    Permission("household.register", _CARE, ja="調査票を登録する", en="Register a survey sheet"),
    Permission("household.read", _CARE, ja="調査票を見る", en="Read a survey sheet"),
    Permission("household.list", _CARE, ja="調査票の一覧を見る", en="List survey sheets"),
    Permission("household.correct", _CARE, ja="調査票を直す", en="Correct a survey sheet"),
    Permission("household.note", _CARE, ja="聞き取りメモを書く", en="Add a note"),
    Permission("household.confirm-sharing", _STAFF, ja="共有の口頭確認を記録する", en="Record the oral confirmation"),
    Permission("household.add-member", _STAFF, ja="家族を追加する", en="Add a member"),
    Permission("household.change-representative", _STAFF, ja="代表者を変える", en="Change the representative"),
    Permission("person.read", _CARE, ja="人の記録を見る", en="Read a person's record"),
    Permission("person.correct", _CARE, ja="人の記録を直す", en="Correct a person's record"),
    Permission("person.move", _CARE, ja="入所・外出・退所を記録する", en="Record check-in, out, back, departure"),
    Permission("person.ambulance", _CARE, ja="救急搬送を記録する", en="Record an ambulance and the hospital"),
    Permission("person.death", _CARE, ja="死亡を記録する", en="Record a death"),
    Permission("person.forget", {"operator": "any"}, ja="人の記録を消去する", en="Forget a person"),
    Permission(
        "person.merge", {"ward-hq": "ward", "city-hq": "any"}, ja="同じ人の登録をまとめる", en="Merge registrations"
    ),
    Permission("shelter.roster", _CARE, ja="避難者名簿を見る", en="See a shelter's roster"),
    Permission("shelter.headcount", _CARE, ja="避難所の人数を見る", en="See a shelter's headcount"),
    Permission("disaster.declare", {"city-hq": "any"}, ja="災害を登録する", en="Declare a disaster, change its stage"),
    Permission(
        "disaster.read",
        _EVERYBODY,
        ja="災害を見る",
        en="See the disasters",
    ),
)
