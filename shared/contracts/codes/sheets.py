"""Codes of the survey sheet (避難者調査票, 004): its ticks, its consents, who wrote what, what is marked."""

from shared.contracts.codes.codeset import Codes

PLACE = Codes(
    "PLACE",
    "Where somebody is. On a shelter's grounds, ⑩ (`LODGING`) says where there.",
    "004 調査票 ⑩; 000 (在宅避難者) [R]",
    {
        "shelter": ("避難所・緊急避難場所", "at a shelter"),
        "home": ("自宅（在宅避難）", "at home"),
        "car": ("車中（避難場所の敷地外）", "in a car elsewhere"),
        "relatives": ("親族・知人宅", "with relatives or friends"),
        "hospital": ("医療機関", "in hospital"),
        "facility": ("福祉施設・福祉避難所", "in a care facility or welfare shelter"),
        "temporary-housing": ("応急仮設住宅（みなしを含む）", "in temporary housing"),
        "public-housing": ("災害公営住宅", "in disaster public housing"),
        "hotel": ("ホテル・旅館", "in a hotel or inn"),
        "other": ("その他", "elsewhere"),
        "unknown": ("不明", "unknown"),
    },
)
LODGING = Codes(
    "LODGING",
    "⑩ 避難場所: where at the shelter; the welfare and infection spaces are rooms of it.",
    "004 調査票 ⑩; 用語の説明",
    {
        "building": ("建物内", "in the building"),
        "car-on-site": ("車中泊（避難場所敷地内）", "in a car on the grounds"),
        "tent-on-site": ("持参テント（避難場所敷地内）", "in an own tent on the grounds"),
        "welfare-space": ("福祉避難スペース", "welfare space"),
        "infection-space": ("感染症対応スペース", "infection space"),
        "other": ("その他", "other"),
    },
)
DAMAGE = Codes(
    "DAMAGE",
    "⑨ 自宅の被害状況, as the household says it; not answered is no value.",
    "004 調査票 ⑨",
    {
        "destroyed": ("全壊", "destroyed"),
        "largely-destroyed": ("大規模半壊", "largely destroyed"),
        "half-destroyed": ("半壊", "half destroyed"),
        "partly-damaged": ("一部損壊", "partly damaged"),
        "other": ("その他", "other"),
    },
)
REASON = Codes(
    "REASON",
    "⑪ 避難場所滞在理由, several at once; the lifelines are ticked singly (`LIFELINE`).",
    "004 調査票 ⑪",
    {
        "lifelines": ("ライフライン不通", "lifelines cut off"),
        "aftershocks": ("余震が不安", "afraid of aftershocks"),
        "tidying": ("自宅の片づけができない", "the home cannot be tidied up"),
        "supplies": ("必要な物資が手に入らない", "necessary supplies cannot be had"),
        "other": ("その他", "other"),
    },
)
LIFELINE = Codes(
    "LIFELINE",
    "⑪ ライフライン不通: which.",
    "004 調査票 ⑪",
    {
        "electricity": ("電気", "electricity"),
        "gas": ("ガス", "gas"),
        "water": ("水道", "water"),
        "telephone": ("電話", "telephone"),
    },
)
CONSENT = Codes(
    "CONSENT",
    "安否確認のための問合せへの対応（氏名及び住所）; no answer is no value, and counts as no.",
    "004 調査票 foot",
    {"agreed": ("同意する", "agrees"), "declined": ("同意しない", "does not agree")},
)
WRITER = Codes(
    "WRITER",
    "Who filled in a field (太枠: the household; 他の記載欄は職員が記入します).",
    "004 調査票 head",
    {
        "household": ("本人・家族", "the household"),
        "staff": ("職員", "staff"),
        "proxy": ("代理人", "somebody for them"),
    },
)
FORM = Codes(
    "FORM",
    "The form, with its version, that a sheet was written on (K4-023).",
    "004 (1)①",
    {"kobe-2022": ("避難者調査票（神戸市・令和4年10月）", "survey sheet of Kobe, October 2022")},
)
MARK = Codes(
    "MARK",
    "要確認: what is odd or missing on a sheet. It is accepted all the same.",
    "004 調査票 太枠 [R]",
    {
        "missing": ("未記入", "not filled in"),
        "unreadable": ("読み取れない", "cannot be read"),
        "unknown-code": ("選択肢にない値", "not one of the choices"),
        "several": ("一つだけの欄に複数の答え", "several answers where one is asked"),
        "in-future": ("未来の日時", "lies in the future"),
        "no-such-day": ("ない日付", "there is no such day"),
        "outside-era": ("元号の期間にない年", "lies outside its era"),
        "differs-from-birth": ("年齢と生年月日が合わない", "age and birth date do not agree"),
        "unlikely": ("ありそうにない値", "hardly possible"),
        "clock-off": ("端末の時計がずれている", "the device's clock is off"),
        "shelter-unknown": ("避難場所が一覧にない", "the shelter is not in the list"),
        "perhaps-duplicate": ("同じ方の調査票があるかもしれない", "perhaps registered already"),
    },
)
DESTINATION_AFTER = Codes(
    "DESTINATION_AFTER",
    "⑭ 退所先.",
    "004 調査票 ⑭ [R]",
    {
        "home": ("自宅", "home"),
        "relatives": ("親族・知人宅", "relatives or friends"),
        "other-shelter": ("他の避難所", "another shelter"),
        "welfare-shelter": ("福祉避難所・基幹福祉避難所", "a welfare shelter"),
        "facility": ("福祉施設", "a care facility"),
        "hospital": ("医療機関", "a hospital"),
        "temporary-housing": ("応急仮設住宅（みなしを含む）", "temporary housing"),
        "public-housing": ("公営住宅", "public housing"),
        "hotel": ("ホテル・旅館", "a hotel or inn"),
        "car": ("車中", "a car"),
        "outside-city": ("市外", "outside the city"),
        "other": ("その他", "elsewhere"),
        "unknown": ("不明", "unknown"),
    },
)
CORRECTION_REASON = Codes(
    "CORRECTION_REASON",
    "Why a field was corrected.",
    "O",
    {
        "mistyped": ("入力の誤り", "typed wrongly"),
        "misread": ("読み違い", "read wrongly"),
        "changed": ("状況が変わった", "things have changed"),
        "learned": ("新しくわかった", "became known"),
        "wrong-person": ("別の人の内容", "belonged to somebody else"),
    },
)
REPRESENTATIVE_REASON = Codes(
    "REPRESENTATIVE_REASON",
    "Why another member speaks for the household.",
    "004 調査票 ③ [R]",
    {
        "left": ("退所した", "left"),
        "died": ("亡くなった", "died"),
        "hospital": ("入院した", "in hospital"),
        "asked": ("本人の希望", "asked for it"),
        "mistake": ("記載の誤り", "it was wrong"),
    },
)
