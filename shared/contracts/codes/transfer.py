"""Codes of facilities, acceptance and drives (004 (2)①④, (3)①; 001)."""

from shared.contracts.codes.codeset import Codes

FACILITY = Codes(
    "FACILITY",
    "What kind of facility it is. The guide excludes 地域福祉センター (K4-080).",
    "004 用語の説明; 001",
    {
        "emergency-site": ("緊急避難場所", "emergency site"),
        "shelter": ("避難所", "shelter"),
        "core-welfare": ("基幹福祉避難所", "core welfare shelter"),
        "welfare": ("福祉避難所", "welfare shelter"),
        "lodging": ("福祉避難所（宿泊施設）", "welfare shelter in a hotel or inn"),
        "community-welfare-centre": ("福祉避難所（地域福祉センター）", "welfare shelter in a community welfare centre"),
        "care-facility": ("福祉施設（入所・短期入所）", "care facility (admission, short stay)"),
        "hospital": ("医療機関", "hospital"),
        "other-municipality": ("他市町村の施設", "facility of another municipality"),
    },
)
HAZARD = Codes(
    "HAZARD",
    "災害種別: what a facility is designated for, or lies in the way of.",
    "国土地理院 指定緊急避難場所; 003 考慮すべき点",
    {
        "flood": ("洪水", "flood"),
        "landslide": ("崖崩れ、土石流及び地滑り", "landslide"),
        "storm-surge": ("高潮", "storm surge"),
        "quake": ("地震", "earthquake"),
        "tsunami": ("津波", "tsunami"),
        "fire": ("大規模な火事", "large fire"),
        "inland-flood": ("内水氾濫", "inland flooding"),
        "volcano": ("火山現象", "volcano"),
    },
)
OPENING_STEP = Codes(
    "OPENING_STEP",
    "The steps in which a facility opens.",
    "004 (2)④ 内容 ①–④",
    {
        "people-safe": ("入所者・職員の安全確認", "residents and staff are safe"),
        "damage-checked": ("施設の被災状況点検", "damage is checked"),
        "space-made": ("避難スペースの確保", "space is made"),
        "receiving": ("要援護者の受入", "receiving"),
    },
)
OPENING_CAUSE = Codes(
    "OPENING_CAUSE",
    "What a facility opens upon.",
    "004 用語の説明; (2)①",
    {
        "quake": ("震度6弱以上（自主開設）", "seismic intensity 6-lower or more, by itself"),
        "asked": ("区の要請", "the ward asked"),
        "warning-level": ("警戒レベル3", "warning level 3"),
        "second-phase": ("二次的な開設（5日以内）", "secondary opening within five days"),
        "own-decision": ("施設の判断", "its own decision"),
    },
)
CLOSING_REASON = Codes(
    "CLOSING_REASON",
    "Why a facility no longer receives.",
    "R",
    {
        "no-longer-needed": ("役目を終えた", "no longer needed"),
        "damage": ("施設の被害", "damage"),
        "lifelines": ("ライフライン不通", "lifelines cut off"),
        "staff": ("職員不足", "too few staff"),
        "infection": ("感染症の発生", "an infection"),
        "evacuated": ("施設自体の避難", "evacuated itself"),
        "reopens-business": ("通常業務の再開", "back to its usual work"),
        "mistake": ("開設の報告の誤り", "reported open by mistake"),
    },
)
LACK = Codes(
    "LACK",
    "What a facility lacks to receive (more) people.",
    "001 課題② 資機材・人員; 004 (2)⑤",
    {
        "care-staff": ("介護職員", "care staff"),
        "nurses": ("看護職員", "nurses"),
        "counsellors": ("生活相談員", "counsellors"),
        "interpreters": ("手話通訳・要約筆記", "interpreters"),
        "beds": ("ベッド・段ボールベッド", "beds"),
        "power": ("電源・発電機", "power"),
        "water": ("水", "water"),
        "food": ("食料", "food"),
        "medicine": ("医薬品", "medicine"),
        "care-goods": ("介護用品（おむつ等）", "care goods"),
        "vehicles": ("車両", "vehicles"),
        "space": ("空間", "space"),
        "other": ("その他", "other"),
    },
)
DECLINE = Codes(
    "DECLINE",
    "否: why a facility cannot receive the person.",
    "004 受入手順 ③ [R]",
    {
        "full": ("空きがない", "full"),
        "damage": ("施設の被害", "damage"),
        "staff": ("職員不足", "too few staff"),
        "lifelines": ("ライフライン不通", "lifelines cut off"),
        "equipment": ("設備・資機材がない", "lacks the equipment"),
        "not-our-group": ("受入対象者ではない", "not a group it receives"),
        "medical-care": ("医療的ケアに対応できない", "cannot give the medical care"),
        "infection": ("感染症の発生", "an infection"),
        "not-open": ("開設していない", "not open"),
        "other": ("その他", "other"),
    },
)
CONDITION = Codes(
    "CONDITION",
    "On what condition a facility accepts.",
    "O",
    {
        "carer-comes": ("介助者の同伴", "a carer comes along"),
        "equipment": ("機器・用具の持参", "brings the equipment"),
        "medicine": ("薬の持参", "brings the medicine"),
        "from-a-time": ("時刻以降", "from a time on"),
        "until-a-day": ("期限付き", "until a day"),
        "own-bedding": ("寝具の持参", "brings bedding"),
        "own-transport": ("移送は施設以外で", "somebody else drives"),
        "test-before": ("検査・検温の結果", "after a test"),
        "other": ("その他", "other"),
    },
)
CHOSEN = Codes(
    "CHOSEN",
    "How the asked facility came to be chosen among the candidates.",
    "O",
    {
        "first": ("候補の1位", "the best candidate"),
        "next": ("次の候補", "the next candidate"),
        "other": ("本部が別に選択", "headquarters chose otherwise"),
        "plan": ("個別避難計画の避難先", "named in the individual plan"),
    },
)
CHOICE_REASON = Codes(
    "CHOICE_REASON",
    "Why headquarters asks another facility than the best candidate.",
    "O",
    {
        "wish": ("本人・家族の希望", "the person's or family's wish"),
        "household": ("家族の近く", "near the household"),
        "known-there": ("日頃の利用先", "known there"),
        "plan": ("個別避難計画の避難先", "named in the individual plan"),
        "road": ("道路の状況", "the roads"),
        "agreed-by-telephone": ("電話で了承済み", "agreed by telephone"),
        "other": ("その他", "other"),
    },
)
WAITLIST = Codes(
    "WAITLIST",
    "Why nobody is left to ask.",
    "O",
    {
        "declined-by-all": ("すべて受入不可", "declined by all"),
        "no-candidate": ("候補なし", "no candidate"),
        "none-open": ("開設している施設がない", "none is open"),
    },
)
EXCEPTION = Codes(
    "EXCEPTION",
    "Why a facility is asked without a screening result (K4-114).",
    "O",
    {
        "arrived-unasked": ("要請なしで到着", "arrived there unasked"),
        "no-nurse": ("保健師がいない", "no nurse can be had"),
        "urgent": ("急を要する", "cannot wait"),
        "agreed-before": ("事前の取り決め（個別避難計画）", "agreed beforehand in the plan"),
        "from-facility": ("被災施設からの移動", "moved out of a damaged facility"),
    },
)
TRIP_BY = Codes(
    "TRIP_BY",
    "Who drives: the family first (自助).",
    "004 マニュアル3 ★; (3)①",
    {
        "family": ("家族等（自助）", "the family"),
        "partner": ("移送の協力者", "a transport partner"),
        "facility": ("受入施設・近隣施設", "the receiving or a nearby facility"),
        "ambulance": ("救急車", "ambulance"),
    },
)
VEHICLE = Codes(
    "VEHICLE",
    "With what: an ordinary car before a welfare vehicle, but for people at high risk.",
    "004 (3)①",
    {
        "own-car": ("自家用車", "own car"),
        "ordinary": ("普通車（タクシー）", "ordinary car (taxi)"),
        "welfare": ("福祉車両", "welfare vehicle"),
        "ambulance": ("救急車", "ambulance"),
        "on-foot": ("徒歩・車いす", "on foot"),
    },
)
TRIP_DECLINE = Codes(
    "TRIP_DECLINE",
    "Why a partner does not drive.",
    "O",
    {
        "no-vehicle": ("車両がない", "no vehicle"),
        "no-driver": ("運転手がいない", "no driver"),
        "wrong-vehicle": ("車両が合わない", "not the right vehicle"),
        "road": ("道路不通", "the road is closed"),
        "fuel": ("燃料不足", "no fuel"),
        "too-late": ("時間に間に合わない", "not in time"),
        "silent": ("期限までに応答なし", "no answer in time"),
        "other": ("その他", "other"),
    },
)
TRIP_FAILURE = Codes(
    "TRIP_FAILURE",
    "Why a drive broke off.",
    "O",
    {
        "breakdown": ("車両の故障", "the vehicle broke down"),
        "accident": ("事故", "an accident"),
        "road": ("道路不通", "the road is closed"),
        "not-there": ("本人に会えない", "the person was not there"),
        "unfit": ("体調の悪化", "not fit to travel"),
        "refused": ("本人が断った", "the person refused"),
        "no-show": ("迎えが来なかった", "nobody came"),
        "turned-away": ("施設で受け入れられなかった", "turned away at the facility"),
        "other": ("その他", "other"),
    },
)
