"""Codes that every service uses: the disaster, roles, channels, and how something ends without being done."""

from shared.contracts.codes.codeset import Codes

DISASTER = Codes(
    "DISASTER",
    "災害種別.",
    "004 参考資料1",
    {
        "quake": ("地震・津波等大規模災害", "earthquake, tsunami"),
        "wind-flood": ("風水害", "wind and flood"),
    },
)
STAGE = Codes(
    "STAGE",
    "Stages of a disaster, which change who does what and what things are called.",
    "004 (1)②, 参考資料2 ※; 000 全体像",
    {
        "possible": ("災害の発生の恐れ（防災指令2号）", "possible disaster (directive no. 2)"),
        "onset": ("発災", "onset"),
        "alert-hq": ("災害警戒本部", "alert headquarters"),
        "hq": ("災害対策本部", "disaster headquarters"),
        "shelters-closing": ("避難所閉所検討", "shelters closing"),
        "temporary-housing": ("応急仮設住宅供与", "temporary housing"),
        "after": ("応急仮設住宅供与以降", "after temporary housing"),
        "over": ("終結", "over"),
    },
)
END = Codes(
    "END",
    "Why something ended without being done, or was over.",
    "004 調査票 ⑭, マニュアル3 ★ [R]",
    {
        "left": ("退所した", "left"),
        "home": ("自宅に戻った", "went home"),
        "hospital": ("入院した", "went to hospital"),
        "died": ("亡くなった", "died"),
        "replaced": ("新しい判断に置き換え", "replaced by a new decision"),
        "withdrawn": ("取り下げ", "withdrawn"),
        "person-declined": ("本人が断った", "the person declined"),
        "merged": ("同じ方の記録に統合", "the same person as another"),
        "not-needed": ("必要がなくなった", "no longer needed"),
        "accepted-elsewhere": ("別の施設が受入", "accepted elsewhere"),
        "moved-on": ("別の場所に移った", "moved on"),
        "found-elsewhere": ("別の場所で確認", "found elsewhere"),
        "facility-closed": ("施設の閉鎖", "the facility closed"),
        "mistake": ("誤り", "by mistake"),
    },
)
FORGET_REASON = Codes(
    "FORGET_REASON",
    "Why somebody's words were made unreadable.",
    "O",
    {
        "asked": ("本人の求め", "the person asked"),
        "retention": ("保存期間の満了", "the time of keeping is over"),
        "by-mistake": ("誤って登録", "registered by mistake"),
    },
)
ROLE = Codes(
    "ROLE",
    "Roles of callers; what each may do is a table of every service (docs/permissions.md).",
    "004 全体; K4-164",
    {
        "shelter-staff": ("避難所班（職員）", "shelter staff"),
        "site-manager": ("避難所の施設管理者", "manager of the shelter's site"),
        "ward-hq": ("区災害対策本部", "ward headquarters"),
        "city-hq": ("市災害対策本部", "city headquarters"),
        "nurse": ("保健師（保健班）", "nurse of the health team"),
        "facility": ("福祉避難所等", "welfare shelter"),
        "partner": ("移送の協力者", "transport partner"),
        "caseworker": ("ケース担当者", "caseworker"),
        "conference-member": ("ケース会議の構成員", "member of a case conference"),
        "analyst": ("分析担当", "analyst"),
        "auditor": ("監査", "auditor"),
        "operator": ("システム管理", "operator"),
    },
)
CHANNEL = Codes(
    "CHANNEL",
    "By which way something came in (header `channel`).",
    "004 マニュアル; K4-167",
    {
        "page": ("画面", "page"),
        "api": ("API", "API"),
        "phone": ("電話", "telephone"),
        "fax": ("FAX", "fax"),
        "paper": ("紙", "paper"),
        "import": ("取り込み", "import"),
        "timer": ("期限", "timer"),
        "worker": ("他の記録から", "from another event"),
    },
)
SAID_BY = Codes(
    "SAID_BY",
    "Whose word it was, where somebody else keyed it in (header `saidby`): a code, never a name.",
    "004 マニュアル; K4-167",
    {
        "person": ("本人", "the person"),
        "family": ("家族", "family"),
        "carer": ("介助者", "carer"),
        "shelter-staff": ("避難所職員", "shelter staff"),
        "site-manager": ("避難所の施設管理者", "manager of the shelter's site"),
        "nurse": ("保健師", "nurse"),
        "doctor": ("医師", "doctor"),
        "care-manager": ("ケアマネジャー等", "care manager"),
        "facility": ("施設", "facility"),
        "partner": ("移送の協力者", "transport partner"),
        "driver": ("運転手", "driver"),
        "ward-hq": ("区災害対策本部", "ward headquarters"),
        "hospital": ("医療機関", "hospital"),
        "ambulance": ("救急隊", "ambulance crew"),
        "neighbour": ("近隣住民", "neighbour"),
        "supporter": ("避難支援者", "supporter"),
        "provider": ("支援先", "provider"),
        "other": ("その他", "other"),
    },
)
PRECISION = Codes(
    "PRECISION",
    "How exactly it is known when something happened (header `timeprecision`).",
    "O",
    {"minute": ("分", "to the minute"), "day": ("日", "to the day"), "unknown": ("不明", "unknown")},
)
