"""Codes about a person: ⑬, aids, how to reach them, what staff saw, the groups that shelters say they receive."""

from shared.contracts.codes.codeset import Codes

AGE_BAND = Codes(
    "AGE_BAND",
    "A person's age as far as an open event may say it (bounds: the guide's infants and small children, school, "
    "the register's 65 and 75).",
    "O",
    {
        "0": ("0歳", "under 1"),
        "1-2": ("1～2歳", "1 to 2"),
        "3-5": ("3～5歳", "3 to 5"),
        "6-14": ("6～14歳", "6 to 14"),
        "15-17": ("15～17歳", "15 to 17"),
        "18-39": ("18～39歳", "18 to 39"),
        "40-64": ("40～64歳", "40 to 64"),
        "65-74": ("65～74歳", "65 to 74"),
        "75-84": ("75～84歳", "75 to 84"),
        "85-plus": ("85歳以上", "85 or older"),
        "unknown": ("年齢不明", "age unknown"),
    },
)
_LAST_YEAR = (
    (0, "0"),
    (2, "1-2"),
    (5, "3-5"),
    (14, "6-14"),
    (17, "15-17"),
    (39, "18-39"),
    (64, "40-64"),
    (74, "65-74"),
    (84, "75-84"),
)


def age_band(years: int | None) -> str:
    """Return the band of an age in full years; `unknown` for None or a negative age."""
    if years is None or years < 0:
        return "unknown"
    return next((band for last, band in _LAST_YEAR if years <= last), "85-plus")


SEX = Codes(
    "SEX",
    "性別 of the registration form; the survey sheet does not ask it.",
    "003 登録票",
    {"male": ("男", "male"), "female": ("女", "female"), "not-said": ("回答しない", "prefers not to say")},
)
RELATION = Codes(
    "RELATION",
    "⑫ 続柄, to the representative.",
    "004 調査票 ⑫ [R]",
    {
        "self": ("本人（代表者）", "self (representative)"),
        "spouse": ("配偶者", "spouse or partner"),
        "child": ("子", "child"),
        "parent": ("父母", "parent"),
        "grandparent": ("祖父母", "grandparent"),
        "grandchild": ("孫", "grandchild"),
        "sibling": ("兄弟姉妹", "sibling"),
        "in-law": ("義理の親族", "in-law"),
        "other-relative": ("その他の親族", "other relative"),
        "housemate": ("同居人", "housemate"),
        "other": ("その他", "other"),
    },
)
NEED = Codes(
    "NEED",
    "⑬ 以下に該当するもの, ア to エ; the five kinds of イ are codes of their own.",
    "004 調査票 ⑬",
    {
        "care-3-plus": ("ア．要介護3以上", "care level 3 or higher"),
        "disabled": ("イ．障がい（種別の記入なし）", "disability, kind not given"),
        "physical": ("イ．障がい（身体）", "physical disability"),
        "intellectual": ("イ．障がい（知的）", "intellectual disability"),
        "mental": ("イ．障がい（精神）", "mental disability"),
        "developmental": ("イ．障がい（発達）", "developmental disability"),
        "internal": ("イ．障がい（内部）", "internal disability"),
        "intractable": ("ウ．難病", "intractable disease"),
        "maternity-infant": ("エ．妊産婦・乳幼児", "pregnant or nursing, or an infant"),
    },
)
ATTENTION = Codes(
    "ATTENTION",
    "The nine headings of 別紙「要援護者ごとの配慮事項」.",
    "004 別紙",
    {
        "common": ("共通の配慮事項", "common to all"),
        "elderly": ("高齢者（要介護）", "elderly people needing care"),
        "intellectual-developmental": (
            "知的障害者・発達障害者",
            "people with an intellectual or developmental disability",
        ),
        "mental": ("精神障害者", "people with a mental disability"),
        "visual": ("視覚障害者", "people with a visual disability"),
        "hearing": ("聴覚障害者", "people with a hearing disability"),
        "physical": ("肢体不自由者", "people with a physical disability"),
        "internal-intractable": (
            "内部障害者・難病者",
            "people with an internal disability or an intractable disease",
        ),
        "maternity-infant": ("妊産婦、乳幼児", "pregnant or nursing women, infants"),
    },
)
GROUP = Codes(
    "GROUP",
    "受入対象者: the groups by which facilities say whom they receive, and persons are matched to them.",
    "001 指定の促進; 指定避難所の公表",
    {
        "care-needing": ("要配慮者", "people needing care"),
        "elderly": ("高齢者（要介護）", "elderly people needing care"),
        "dementia": ("認知症の方", "people with dementia"),
        "disabled": ("障がい者", "people with a disability"),
        "physical": ("身体障がい者", "people with a physical disability"),
        "intellectual": ("知的障がい者", "people with an intellectual disability"),
        "mental": ("精神障がい者", "people with a mental disability"),
        "developmental": ("発達障がい者", "people with a developmental disability"),
        "visual": ("視覚障がい者", "people with a visual disability"),
        "hearing": ("聴覚障がい者", "people with a hearing disability"),
        "internal": ("内部障がい者", "people with an internal disability"),
        "intractable": ("難病患者", "people with an intractable disease"),
        "medical-care": ("医療的ケアが必要な方", "people needing medical care"),
        "ill": ("傷病者・病弱者", "the ill and injured"),
        "maternity": ("妊産婦", "pregnant and nursing women"),
        "infants": ("乳幼児", "infants and small children"),
        "children": ("児童・生徒", "children of school age"),
        "foreign": ("外国人", "foreign residents"),
        "named-by-city": ("市町村が特定した方", "people named by the municipality"),
        "users": ("施設の利用者", "the facility's own users"),
    },
)
AID = Codes(
    "AID",
    "What the person moves with, and what a drive has to reckon with. No diagnosis.",
    "004 別紙; 003 登録票 歩行 [R]",
    {
        "walking-help": ("歩行に介助が必要", "needs help walking"),
        "cane": ("杖", "cane"),
        "walker": ("歩行器・シルバーカー", "walking frame"),
        "wheelchair": ("車いす", "wheelchair"),
        "electric-wheelchair": ("電動車いす", "electric wheelchair"),
        "stretcher": ("ストレッチャー（寝たまま）", "stretcher"),
        "device": ("医療機器あり（電源）", "carries a device that needs power"),
        "guide-dog": ("補助犬", "assistance dog"),
        "guide": ("誘導が必要", "needs to be guided"),
    },
)
COMMUNICATION = Codes(
    "COMMUNICATION",
    "How to reach and understand the person (K4-031).",
    "004 マニュアル2; 別紙 聴覚, 視覚",
    {
        "writing": ("筆談", "in writing"),
        "sign-language": ("手話", "sign language"),
        "no-telephone": ("電話は不可", "not by telephone"),
        "text-message": ("メール・SMS・FAX", "by mail, text message or fax"),
        "easy-words": ("やさしい言葉で", "easy words"),
        "slowly": ("ゆっくり・大きな声で", "slowly and clearly"),
        "read-aloud": ("読み上げ（口頭で）", "read aloud"),
        "guided-hand": ("触って確認（手を添えて）", "by touch"),
        "interpreter": ("通訳が必要", "needs an interpreter"),
        "speech-device": ("意思伝達装置", "speech device"),
        "through-carer": ("介助者を通して", "through the carer"),
        "calm-room": ("落ち着いた場所で", "in a calm place"),
    },
)
OBSERVATION = Codes(
    "OBSERVATION",
    "What staff saw at reception or on a round; any of them brings the person before the nurse.",
    "004 めやす; 別紙; マニュアル3 [R]",
    {
        "unwell": ("体調不良", "unwell"),
        "fever": ("発熱", "fever"),
        "vomiting": ("嘔吐", "vomiting"),
        "diarrhoea": ("下痢", "diarrhoea"),
        "cough": ("せき", "cough"),
        "short-of-breath": ("息苦しさ", "short of breath"),
        "injured": ("けが", "injured"),
        "confused": ("混乱・意識がはっきりしない", "confused"),
        "wandering": ("徘徊", "wandering"),
        "anxious": ("不安・落ち着かない", "anxious or restless"),
        "night-crying": ("夜泣き・泣き止まない", "a child that does not stop crying"),
        "not-eating": ("食事・水分がとれない", "does not eat or drink"),
        "bedridden": ("寝たきり", "bedridden"),
        "alone": ("付き添いがいない", "nobody is with the person"),
        "weak-immunity": ("免疫力の低下", "weakened immunity"),
    },
)
CARER = Codes(
    "CARER",
    "介助者 (family, friend, acquaintance) who helps with daily living: how far there is one.",
    "004 用語④; フロー ※2",
    {
        "always": ("常時いる", "always there"),
        "sometimes": ("いる時間がある", "there at times"),
        "none": ("いない", "none"),
    },
)
