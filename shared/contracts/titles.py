"""What each event says, and what each topic is about, in a few words of Japanese and English.

One catalogue for pages and documents alike. The name is that of the type without `tsunagi.` and its version: a
second version says the same thing.
"""

from collections.abc import Mapping

from shared.contracts.codes.codeset import Label

_EVENTS: Mapping[str, tuple[str, str]] = {
    "intake.disaster.declared": ("災害（訓練）が始まった", "A disaster, or a drill, began"),
    "intake.disaster.stage-changed": ("災害の段階が変わった", "The stage of the disaster changed"),
    "intake.household.registered": ("世帯の調査票を受け付けた", "A household's survey sheet was received"),
    "intake.household.corrected": ("世帯の調査票を直した", "The household's sheet was corrected"),
    "intake.household.noted": ("聞き取りメモを残した", "A note was taken"),
    "intake.household.member-added": ("世帯に人を加えた", "A member was added to the household"),
    "intake.household.representative-changed": ("世帯の代表者が変わった", "Another member speaks for the household"),
    "intake.household.sharing-confirmed": ("情報の共有を口頭で確認した", "Sharing was confirmed by word of mouth"),
    "intake.person.registered": ("調査票に載った", "The person was registered"),
    "intake.person.corrected": ("本人の記載を直した", "What the sheet says of the person was corrected"),
    "intake.person.checked-in": (
        "入所した（居場所が分かった）",
        "The person entered, or was found elsewhere",
    ),
    "intake.person.went-out": ("一時外出した", "The person went out for a time"),
    "intake.person.came-back": ("外出から戻った", "The person came back"),
    "intake.person.departed": ("退所した", "The person left the shelter"),
    "intake.person.died": ("亡くなった", "The person died"),
    "intake.person.ambulance-called": ("救急搬送を頼んだ", "An ambulance was called"),
    "intake.person.hospital-confirmed": ("病院にいると分かった", "A hospital has the person"),
    "intake.person.returned-from-hospital": ("病院から戻った", "The person is back from hospital"),
    "intake.person.merged": ("2件の登録を同じ方とした", "Two registrations are one person"),
    "intake.person.unmerged": ("別の方に戻した", "They are two persons after all"),
    "intake.person.forgotten": ("氏名などを読めなくした", "The person's words were made unreadable"),
    "screening.screening.requested": ("保健師の審査を頼んだ", "A nurse is to look at the person"),
    "screening.screening.taken": ("保健師が引き受けた", "A nurse took the person on"),
    "screening.screening.released": ("保健師が担当を戻した", "The nurse handed the person back"),
    "screening.screening.call-attempted": ("電話をかけた", "A call was made"),
    "screening.screening.visit-ordered": ("訪問を頼んだ", "A visit was ordered"),
    "screening.screening.visit-accepted": ("訪問を引き受けた", "The visit was taken on"),
    "screening.screening.visit-made": ("訪問した", "The visit was made"),
    "screening.screening.consulted": ("健康相談をした", "A nurse was consulted"),
    "screening.screening.answered": ("めやすの問いに答えた", "Questions of the guide were answered"),
    "screening.screening.decided": ("避難先を決めた", "The nurse decided where to"),
    "screening.screening.ended": ("審査を終えた", "The screening ended"),
    "transfer.facility.listed": ("施設を台帳に載せた", "A facility was listed"),
    "transfer.facility.changed": ("施設の記録が変わった", "A facility's record changed"),
    "transfer.facility.opening-requested": ("施設に開設を頼んだ", "A facility was asked to open"),
    "transfer.facility.opening-step-reported": ("開設の進みを報告した", "A step of opening was reported"),
    "transfer.facility.closed": ("施設を閉じた", "The facility closed"),
    "transfer.facility.capacity-reported": ("受け入れられる人数を報告した", "How many can be received was reported"),
    "transfer.facility.contact-changed": ("施設の連絡先が変わった", "How to reach the facility changed"),
    "transfer.need.opened": ("移る先を探し始めた", "Somebody is to be moved"),
    "transfer.need.changed": ("移る先の条件が変わった", "What is looked for changed"),
    "transfer.need.waitlisted": ("待機者の一覧に載った", "The person waits: nobody is left to ask"),
    "transfer.need.met": ("移り終えた", "The person arrived"),
    "transfer.need.ended": ("移る必要がなくなった", "The need ended without a move"),
    "transfer.placement.requested": ("受入を頼んだ", "A facility was asked to receive the person"),
    "transfer.placement.accepted": ("施設が受け入れると答えた", "The facility accepted"),
    "transfer.placement.declined": ("施設が受け入れできないと答えた", "The facility declined"),
    "transfer.placement.expired": ("期限までに返事がなかった", "No answer came in time"),
    "transfer.placement.withdrawn": ("受入の依頼を取り下げた", "The request was withdrawn"),
    "transfer.placement.arrival-reported": ("施設に到着した（受入報告）", "The facility reported the arrival"),
    "transfer.placement.ended": ("施設を出た", "The person left the facility"),
    "transfer.trip.planned": ("移送を計画した", "A drive was planned"),
    "transfer.trip.offered": ("移送を頼んだ", "The drive was offered to a partner"),
    "transfer.trip.accepted": ("移送を引き受けた", "The drive was taken on"),
    "transfer.trip.declined": ("移送を断った", "The partner cannot drive"),
    "transfer.trip.started": ("迎えに向かった", "The vehicle is on its way"),
    "transfer.trip.picked-up": ("乗車した", "The person is in the vehicle"),
    "transfer.trip.dropped-off": ("降車した", "The person was set down"),
    "transfer.trip.failed": ("移送が途中で止まった", "The drive broke off"),
    "transfer.trip.cancelled": ("移送を取りやめた", "The drive is not needed any more"),
    "transfer.dispatch.offered": ("事業者に移送を知らせた", "A drive is told to a partner"),
    "transfer.dispatch.withdrawn": ("事業者への知らせを取り消した", "The drive is off for the partner"),
    "casework.case.opened": ("ケースを開いた", "A case was opened"),
    "casework.case.assigned": ("ケースの担当を決めた", "The case was assigned"),
    "casework.case.taken-over": ("ケースの担当を引き継いだ", "The case was taken over"),
    "casework.case.visited": ("見守りに訪ねた", "The caseworker visited"),
    "casework.case.assessed": ("住まいと暮らしを見立てた", "Housing and living were assessed"),
    "casework.case.referred": ("支援機関につないだ", "The case was referred to a provider"),
    "casework.case.referral-answered": ("支援機関が返事をした", "The provider answered"),
    "casework.case.closed": ("ケースを終えた", "The case was closed"),
    "casework.case.reopened": ("ケースをまた開いた", "The case was opened again"),
    "casework.conference.called": ("ケース会議を呼びかけた", "A case conference was called"),
    "casework.conference.members-changed": ("ケース会議の顔ぶれが変わった", "The members of the conference changed"),
    "casework.conference.held": ("ケース会議を開いた", "The conference was held"),
    "casework.conference.cancelled": ("ケース会議を取りやめた", "The conference was cancelled"),
    "casework.conference.task-done": ("会議で決めたことを終えた", "A task of the conference was done"),
    "casework.handoff.taken": ("つなぎを引き受けた", "The hand-off was taken on"),
    "casework.handoff.returned": ("つなぎの担当を戻した", "The hand-off was handed back"),
    "casework.handoff.ended": ("つなぎを終えた", "The hand-off ended without being done"),
    "casework.handoff.escalated": ("つなぎの期限超過を上げた", "The overdue hand-off was escalated"),
}

EVENTS: Mapping[str, Label] = {name: Label(*label) for name, label in _EVENTS.items()}
"""`intake.person.registered` → what such an event says."""

_TOPICS: Mapping[str, tuple[str, str]] = {
    "intake.disaster": ("災害", "disasters"),
    "intake.household": ("世帯（調査票）", "households (survey sheets)"),
    "intake.person": ("避難者", "evacuees"),
    "screening.screening": ("審査", "screening"),
    "transfer.facility": ("施設（避難所・福祉避難所）", "facilities (shelters, welfare shelters)"),
    "transfer.need": ("移る必要", "needs to move"),
    "transfer.placement": ("受入要請", "acceptance requests"),
    "transfer.trip": ("移送", "trips"),
    "transfer.dispatch": ("移送事業者への知らせ", "what transport partners are told"),
    "casework.case": ("ケース", "cases"),
    "casework.conference": ("ケース会議", "case conferences"),
    "casework.handoff": ("つなぎ", "hand-offs"),
    "keys": ("鍵", "wrapped keys"),
}
TOPICS: Mapping[str, Label] = {name: Label(*label) for name, label in _TOPICS.items()}
"""Topic → what it is about."""

SERVICES: Mapping[str, Label] = {
    "intake": Label("受付", "intake"),
    "screening": Label("審査", "screening"),
    "transfer": Label("受入・移送", "transfer"),
    "casework": Label("支援", "casework"),
}
"""Service → what a lane of a timeline, or a filter, is called."""


def title_of(type_: str) -> Label:
    """Return what an event of this type says; one that this release does not know is shown as its name."""
    name = type_.removeprefix("tsunagi.").rpartition(".")[0]
    return EVENTS.get(name) or Label(name, name)
