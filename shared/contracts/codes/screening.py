"""Codes of the nurse's screening (004 マニュアル, めやす). Questions and answers are data of the guide itself."""

from shared.contracts.codes.codeset import Codes

DESTINATION = Codes(
    "DESTINATION",
    "避難先 of 要援護者避難先のめやす: exactly these (K4-069).",
    "004 めやす",
    {
        "hospital": ("医療機関（入院）", "hospital"),
        "facility": ("福祉施設（入所）", "care facility (admission)"),
        "core-welfare": ("基幹福祉避難所", "core welfare shelter"),
        "welfare": ("福祉避難所", "welfare shelter"),
        "welfare-space": ("福祉避難スペース", "welfare space"),
        "infection-space": ("感染症対応スペース", "infection space"),
        "general": ("緊急避難場所（避難所）", "shelter"),
    },
)
SCREENING_REASON = Codes(
    "SCREENING_REASON",
    "Why a person waits for a nurse.",
    "004 マニュアル 参考①, (1)②, 別紙",
    {
        "sheet": ("調査票（⑬・配慮が必要）", "the sheet"),
        "sheet-corrected": ("調査票の訂正", "the sheet was corrected"),
        "staff": ("避難所職員の依頼", "shelter staff asked"),
        "observed": ("体調の変化", "a change was seen"),
        "fever": ("発熱などの症状", "fever or the like"),
        "carer-gone": ("介助者がいなくなった", "the carer has left"),
        "doctor-answered": ("主治医の回答", "the doctor answered"),
        "power-out": ("停電・電源の不足", "power is out"),
        "due": ("再確認の時期", "time to look again"),
        "returned": ("医療機関から戻った", "back from hospital"),
        "consultation": ("健康相談", "a health consultation"),
        "outreach": ("アウトリーチで発見", "found by outreach"),
        "at-home": ("在宅の方の相談", "asked for somebody at home"),
        "no-place": ("受入先が見つからない", "no place was found"),
        "ambulance": ("救急搬送の要請", "an ambulance was called"),
        "back": ("避難所に戻った", "back at a shelter"),
        "declined": ("本人・家族が移動を断った", "the person or the family declined the move"),
    },
)
RISK = Codes(
    "RISK",
    "The risk classes by which the nurse's queue is ordered, highest first (rules are data, versioned).",
    "004 別紙 内部障害; (3)③ [O]",
    {
        "critical": ("生命に直結", "life at stake"),
        "high": ("高い", "high"),
        "raised": ("やや高い", "raised"),
        "normal": ("通常", "normal"),
    },
)
CALL_OUTCOME = Codes(
    "CALL_OUTCOME",
    "How a telephone call went (K4-065, K4-041).",
    "004 マニュアル 参考②; マニュアル3 ★",
    {
        "reached": ("話せた", "reached"),
        "reached-other": ("本人以外と話せた", "spoke with somebody else"),
        "no-answer": ("応答なし", "no answer"),
        "engaged": ("話し中", "engaged"),
        "line-down": ("回線不通", "the line is down"),
        "call-back": ("かけ直し", "to be called back"),
        "not-by-telephone": ("電話では難しい", "not possible by telephone"),
        "advised": ("助言を受けた", "was advised"),
    },
)
CALLED = Codes(
    "CALLED",
    "Whom a telephone call was for.",
    "004 マニュアル 参考②, マニュアル3 ★; (3)⑤",
    {
        "shelter": ("避難所", "the shelter"),
        "person": ("本人", "the person"),
        "family": ("家族", "family"),
        "carer": ("介助者", "carer"),
        "doctor": ("主治医", "family doctor"),
        "care-manager": ("ケアマネジャー・相談支援専門員", "care manager or counsellor"),
        "support-centre": ("あんしんすこやかセンター（地域包括）", "community general support centre"),
        "hospital": ("医療機関", "hospital"),
        "advice": ("救急相談ダイヤル#7119", "emergency advice #7119"),
        "health-team": ("保健班", "the health team"),
    },
)
VISIT_OUTCOME = Codes(
    "VISIT_OUTCOME",
    "How a visit went: a nurse's, an outreach or a watching-over visit.",
    "004 マニュアル 参考②; 000 全数調査",
    {
        "met": ("会えた", "met"),
        "absent": ("不在", "absent"),
        "refused": ("拒否", "refused"),
        "moved": ("転居・転出", "has moved"),
        "not-found": ("所在不明", "cannot be found"),
    },
)
DIFFERS = Codes(
    "DIFFERS",
    "Why the nurse decided otherwise than the guide; the words are sealed.",
    "004 めやす title [O]",
    {
        "condition": ("本人の状態", "the person's state"),
        "carer": ("介助者の状況", "the carer's situation"),
        "wish": ("本人・家族の希望", "the person's or family's wish"),
        "household": ("家族と一緒に", "to stay with the household"),
        "no-place": ("空きがない", "no place there"),
        "doctor": ("医師の意見", "a doctor's opinion"),
        "transport": ("移動が難しい", "cannot be moved there"),
        "urgent": ("急を要し、すべては聞き取れない", "no time to ask everything"),
        "other": ("その他", "other"),
    },
)
ADMISSION = Codes(
    "ADMISSION",
    "How somebody is admitted to a 福祉施設 (K4-076).",
    "004 めやす ※3; (3)⑤",
    {
        "admission": ("入所", "admission"),
        "short-stay": ("ショートステイ（短期入所）", "short stay"),
    },
)
RELEASE_REASON = Codes(
    "RELEASE_REASON",
    "Why something goes back to where nobody has it (担当を戻す).",
    "O",
    {
        "shift-ends": ("勤務の交代", "the shift ends"),
        "not-mine": ("担当ではない", "not mine"),
        "cannot-reach": ("連絡がつかない", "cannot be reached"),
        "other-expertise": ("別の専門が必要", "needs somebody else's profession"),
        "by-mistake": ("誤って引き受けた", "taken by mistake"),
        "too-much": ("手が回らない", "too much at hand"),
        "taken-over": ("別の担当者が引き継いだ", "somebody else took it over"),
    },
)
