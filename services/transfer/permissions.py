"""Who may do what at transfer; what stands in no row is refused.

Only the asked facility answers, or headquarters that keys its telephone or FAX answer in (K4-167). What a facility
and a partner see of a person stands in `domain.visibility`; analysts and caseworkers see none of it here.
"""

from shared.platform.permissions import Permission, Role, Scope

_HQ: dict[Role, Scope] = {"ward-hq": "ward", "city-hq": "any"}
_CARE: dict[Role, Scope] = {**_HQ, "nurse": "ward"}
_STAFF: dict[Role, Scope] = {**_CARE, "shelter-staff": "ward"}
_FACILITY: dict[Role, Scope] = {**_HQ, "facility": "facility"}
_PARTNER: dict[Role, Scope] = {**_HQ, "partner": "partner", "shelter-staff": "ward"}
_MASTER: dict[Role, Scope] = {"city-hq": "any", "operator": "any"}
_EVERYBODY: frozenset[Role] = frozenset(
    {*_STAFF, "site-manager", "facility", "partner", "caseworker", "analyst", "auditor", "operator"}
)

STAFF: frozenset[str] = frozenset(
    {"shelter-staff", "site-manager", "ward-hq", "city-hq", "nurse", "caseworker", "operator"}
)
"""Roles that see names that are not published; other roles see the published ones only (K1-023)."""

CARES: frozenset[str] = frozenset(_STAFF)
"""Roles that see the whole of a person's record here, in their scope."""

PERMISSIONS: tuple[Permission, ...] = (
    Permission("facility.import", _MASTER, ja="施設の一覧を取り込む", en="Import a list of facilities"),
    Permission("facility.enter", _MASTER, ja="施設を登録する", en="Enter a facility"),
    Permission("facility.list", _EVERYBODY, ja="施設の一覧を見る", en="List facilities"),
    Permission("facility.read", _EVERYBODY, ja="施設を見る", en="Read a facility"),
    Permission("facility.edit", {**_MASTER, "ward-hq": "ward"}, ja="施設の情報を直す", en="Edit a facility"),
    Permission("facility.request-opening", _HQ, ja="開設を要請する", en="Ask a facility to open"),
    Permission("facility.not-open", _CARE, ja="未開設の施設を見る", en="See who should have opened and has not"),
    Permission("facility.report", _FACILITY, ja="開設・閉鎖・空きを報告する", en="Report opening, closing, places"),
    Permission("facility.contact", _FACILITY, ja="施設の連絡先を見る・直す", en="Read and change a facility's contact"),
    Permission("need.list", _STAFF, ja="移送が必要な方の一覧を見る", en="List who is to be moved, and who waits"),
    Permission("need.read", _STAFF, ja="移送が必要な方を見る", en="Read a need"),
    Permission("need.open", _HQ, ja="判定なしで受入先を探す（理由つき）", en="Open a need without a decision"),
    Permission("need.end", _HQ, ja="受入先探しを終える・待機にする", en="End a need, or put it on the waiting list"),
    Permission("need.candidates", _HQ, ja="受入先の候補を見る", en="See the candidates"),
    Permission("placement.ask", _HQ, ja="受入を要請する・取り下げる", en="Ask a facility, or no longer"),
    Permission("placement.list", {**_CARE, **_FACILITY}, ja="受入要請の一覧を見る", en="List placements"),
    Permission("placement.read", {**_CARE, **_FACILITY}, ja="受入要請を見る", en="Read a placement"),
    Permission("placement.answer", _FACILITY, ja="受入の可否を答える", en="Answer a request"),
    Permission("placement.arrival", _FACILITY, ja="受入・退所を報告する", en="Report an arrival or a departure"),
    Permission("trip.plan", {**_STAFF, "facility": "facility"}, ja="移送を計画する", en="Plan a trip"),
    Permission("trip.offer", _HQ, ja="移送を依頼する・取り消す", en="Offer a trip, or cancel it"),
    Permission("trip.list", {**_STAFF, **_FACILITY, **_PARTNER}, ja="移送の一覧を見る", en="List trips"),
    Permission("trip.read", {**_STAFF, **_FACILITY, **_PARTNER}, ja="移送を見る", en="Read a trip"),
    Permission("trip.report", _PARTNER, ja="移送に答える・経過を知らせる", en="Answer a trip and report on it"),
    Permission("trip.needs", _STAFF, ja="移送待ちの一覧を見る", en="List who waits for a drive"),
    Permission("partner.change", _MASTER, ja="移送の協力者を登録する", en="Enter or change a transport partner"),
    Permission("partner.list", {**_MASTER, "ward-hq": "any"}, ja="移送の協力者を見る", en="List transport partners"),
)
