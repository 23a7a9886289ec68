"""Who may do what at screening; what stands in no row is refused.

The destination is decided by a nurse, and no row lets another role decide (K4-067). A nurse from another ward or city
who helps gets a token for the wards and the time of that task (応援, K4-098).
"""

from shared.platform.permissions import Permission, Role, Scope

_NURSE: dict[Role, Scope] = {"nurse": "ward"}
_TEAM: dict[Role, Scope] = {"nurse": "ward", "ward-hq": "ward", "city-hq": "any"}
_SEEING: dict[Role, Scope] = {**_TEAM, "shelter-staff": "ward"}
_ASKING: dict[Role, Scope] = {**_SEEING, "caseworker": "ward", "facility": "facility"}
_CALLING: dict[Role, Scope] = {"nurse": "ward", "shelter-staff": "ward", "ward-hq": "ward"}
_READING: dict[Role, Scope] = {
    "nurse": "any",
    "shelter-staff": "any",
    "ward-hq": "any",
    "city-hq": "any",
    "facility": "any",
    "caseworker": "any",
    "analyst": "any",
    "auditor": "any",
}

PERMISSIONS: tuple[Permission, ...] = (
    Permission("screening.list", _SEEING, ja="待つ人・判断された人を見る", en="See who waits, and what was decided"),
    Permission("screening.follow", _SEEING, ja="移動の済んでいない人を見る", en="See whose move is not done"),
    Permission("screening.load", _TEAM, ja="保健師の負担を見る", en="See the load of nurses and wards"),
    Permission("screening.read", _TEAM, ja="スクリーニングの記録を見る", en="Read a screening"),
    Permission("screening.request", _ASKING, ja="保健師に頼む", en="Ask for a nurse"),
    Permission("screening.consult", _NURSE, ja="健康相談を記録する", en="Record a health consultation"),
    Permission("screening.take", _NURSE, ja="担当する・戻す", en="Take a person, put back"),
    Permission("screening.call", _CALLING, ja="電話を記録する", en="Record a telephone call"),
    Permission("screening.visit", _NURSE, ja="訪問を指示・引受・記録する", en="Order, accept, report a visit"),
    Permission("screening.visits", _TEAM, ja="訪問の一覧を見る", en="List visits"),
    Permission("screening.answer", _NURSE, ja="質問に答える", en="Answer the guide's questions"),
    Permission("screening.decide", _NURSE, ja="避難先を判断する", en="Decide the destination"),
    Permission("screening.end", _NURSE, ja="スクリーニングを終える", en="End a screening"),
    Permission("guide.read", _READING, ja="めやすを見る", en="Read the destination guide"),
    Permission("guide.try", _READING, ja="めやすを試す", en="Try the destination guide"),
)
