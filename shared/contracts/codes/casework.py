"""Codes of hand-offs and of disaster case management (000; 001 for plan conferences)."""

from shared.contracts.codes.codeset import Codes

HANDOFF = Codes(
    "HANDOFF",
    "Every kind of hand-off; when each is due is data of casework, with a version.",
    "004 マニュアル, 受入手順, (3)⑤; 000 全体像; 003 FAQ",
    {
        "sheet-to-hq": ("調査票 → 区本部", "sheet → HQ has it"),
        "registration-to-screening": ("登録 → スクリーニング", "registration → screening"),
        "hq-to-health-team": ("区本部 → 保健班", "HQ → health team"),
        "visit-ordered-to-made": ("訪問の指示 → 訪問", "visit ordered → made"),
        "screening-to-acceptance": ("判断 → 受入の回答", "screening → acceptance"),
        "acceptance-to-transport": ("受入 → 移送の手配", "acceptance → transport"),
        "transport-need-to-hq": ("移送の依頼 → 区本部", "transport need → HQ"),
        "transport-to-arrival": ("移送 → 受入報告", "transport → arrival"),
        "arrival-to-casework": ("受入 → ケースマネジメント", "arrival → casework"),
        "departure-to-casework": ("退所 → ケースマネジメント", "departure → casework"),
        "place-unknown-to-found": ("所在不明 → 確認", "place unknown → found"),
        "casework-to-conference": ("ケース → ケース会議", "casework → conference"),
        "conference-to-provider": ("ケース会議 → 支援先", "conference → support provider"),
        "nurse-to-care-manager": ("保健師 → ケアマネジャー等", "nurse → care manager"),
        "care-manager-to-hq": ("ケアマネジャー等 → 区本部・包括", "care manager → HQ"),
        "ambulance-to-hospital": ("救急搬送 → 医療機関", "ambulance → hospital"),
        "hospital-to-back": ("医療機関 → 戻り", "hospital → back"),
        "supporter-to-hq": ("支援者が支援できない → 区本部", "supporter cannot → HQ"),
        "register-to-heard": ("名簿・安否不明 → 確認", "on the register, unknown → heard of"),
        "outreach-to-provider": ("アウトリーチ（緊急） → 医療・保健・福祉", "urgent need found on outreach → provider"),
        "change-to-plan": ("変化・訓練の気づき → 計画の見直し", "change or drill finding → plan revised"),
        "caseworker-change": ("担当者の交代 → 引き継ぎ", "change of caseworker → taken over"),
    },
)
LEVEL = Codes(
    "LEVEL",
    "Who is told of a hand-off that nobody has taken.",
    "O",
    {
        "ward-hq": ("区災害対策本部", "ward headquarters"),
        "city-hq": ("市災害対策本部", "city headquarters"),
    },
)
PHASE = Codes(
    "PHASE",
    "Phases of disaster case management.",
    "000 全体像",
    {
        "before": ("平時", "ordinary times"),
        "shelters": ("発災直後～避難所運営段階", "from the onset, shelters open"),
        "temporary-housing": ("避難所閉所検討～応急仮設住宅供与段階", "shelters close, temporary housing is given"),
        "after": ("応急仮設住宅供与段階以降", "from temporary housing on"),
    },
)
CASE_REASON = Codes(
    "CASE_REASON",
    "Why a case opened, or goes on.",
    "000 全体像; 004 調査票 ⑭",
    {
        "arrival": ("福祉避難所等への受入", "arrived at a welfare shelter"),
        "departure": ("退所", "left a shelter"),
        "outreach": ("アウトリーチ", "outreach"),
        "consultation": ("相談", "consultation"),
        "application": ("本人・家族の申し出", "the person or family asked"),
        "register": ("要支援者名簿", "the register"),
        "damage": ("住家の被害", "damage to the home"),
        "silence": ("連絡が途絶えている", "nothing heard for long"),
        "new-need": ("新たな課題", "a new need"),
        "by-mistake": ("誤って終結", "closed by mistake"),
    },
)
CASE_END = Codes(
    "CASE_END",
    "Why support ends.",
    "000 アセスメント [R]",
    {
        "self-reliant": ("自立・生活再建", "self-reliant"),
        "handed-over": ("平時の支援へ引き継ぎ", "handed over to ordinary services"),
        "moved-away": ("転出", "moved away"),
        "died": ("死亡", "died"),
        "declined": ("本人の辞退", "declined"),
        "merged": ("同じ方の記録に統合", "the same as another case"),
    },
)
VISIT = Codes(
    "VISIT",
    "What kind of visit it was.",
    "000 アウトリーチ; 見守り・相談支援等事業",
    {
        "outreach": ("アウトリーチ", "outreach"),
        "watching-over": ("見守り", "watching over"),
        "counselling": ("相談支援", "counselling"),
        "survey": ("全数調査", "survey of everybody"),
    },
)
FINDING = Codes(
    "FINDING",
    "What a visit found, as far as an open event may say it.",
    "000 全体像, 見守り・相談支援等事業 [R]",
    {
        "isolation": ("孤立", "isolation"),
        "health": ("健康の不安", "health"),
        "mental-health": ("こころの不調", "mental health"),
        "care": ("介護・福祉の不足", "care is lacking"),
        "housing": ("住まい", "housing"),
        "money": ("生活困窮のおそれ", "money"),
        "work": ("仕事", "work"),
        "school": ("学校", "school"),
        "application": ("申請手続きが困難", "cannot handle applications"),
        "no-need": ("課題なし", "nothing needed"),
    },
)
AXIS = Codes(
    "AXIS",
    "How much support one axis of the assessment needs (住まいの再建, 日常生活の自立).",
    "000 アセスメント",
    {
        "none": ("支援不要", "no support needed"),
        "some": ("支援が必要", "support needed"),
        "much": ("重点的な支援が必要", "much support needed"),
        "unknown": ("未確認", "not known yet"),
    },
)
CLASS = Codes(
    "CLASS",
    "The four classes of the two axes (example of 000; a city may define its own scheme).",
    "000 アセスメント [R]",
    {
        "self-reliant": ("生活再建可能世帯", "can rebuild by themselves"),
        "housing": ("住まいの再建支援世帯", "support for housing"),
        "living": ("日常生活支援世帯", "support for daily living"),
        "both": ("住まいの再建・日常生活支援世帯", "support for both"),
    },
)
SCHEME = Codes(
    "SCHEME",
    "Assessment schemes, with their version.",
    "000 アセスメント",
    {"two-axes-1": ("2軸・4分類（例）第1版", "two axes, four classes, version 1")},
)
REFERRAL_CONSENT = Codes(
    "REFERRAL_CONSENT",
    "On what ground a person's words go to a provider.",
    "000 つなぎ",
    {
        "given": ("本人の同意", "the person's consent"),
        "by-proxy": ("代理人の同意", "consent by proxy"),
        "overridden": ("同意なし（理由あり）", "without consent, for a reason"),
    },
)
OVERRIDE_REASON = Codes(
    "OVERRIDE_REASON",
    "Why a referral is made without consent.",
    "R",
    {
        "life": ("生命・身体の保護", "life or limb"),
        "abuse": ("虐待のおそれ", "abuse is feared"),
        "cannot-say": ("意思を確認できない", "cannot say"),
        "law": ("法令に基づく", "by law"),
    },
)
REFERRAL_ANSWER = Codes(
    "REFERRAL_ANSWER",
    "How a referral went on.",
    "000 つなぎ",
    {
        "accepted": ("受けた", "accepted"),
        "rejected": ("受けられない", "rejected"),
        "done": ("完了", "done"),
        "withdrawn": ("取り下げ", "withdrawn"),
    },
)
PROVIDER = Codes(
    "PROVIDER",
    "Who supports: city office, agency, profession, association.",
    "000 ケース会議の構成員の例, つなぎ",
    {
        "city-disaster": ("市（災害対応）", "city: disaster"),
        "city-welfare": ("市（福祉）", "city: welfare"),
        "city-health": ("市（保健）", "city: health"),
        "city-work": ("市（就労）", "city: employment"),
        "city-education": ("市（教育）", "city: education"),
        "city-housing": ("市（住宅）", "city: housing"),
        "social-welfare-council": ("社会福祉協議会", "council of social welfare"),
        "support-base": ("地域支え合いセンター", "support base"),
        "community-support-centre": ("地域包括支援センター", "community general support centre"),
        "care-manager": ("ケアマネジャー（介護支援専門員）", "care manager"),
        "counsellor": ("相談支援専門員", "counselling specialist"),
        "medicine": ("医療機関", "medical institution"),
        "care-service": ("介護・障害福祉サービス", "care service"),
        "law": ("弁護士・司法書士", "lawyers"),
        "building": ("建築士", "architects"),
        "administration": ("行政書士", "administrative scriveners"),
        "finance": ("ファイナンシャルプランナー", "financial planners"),
        "volunteers": ("災害ボランティアセンター", "disaster volunteer centre"),
        "npo": ("NPO等", "non-profit organisations"),
        "welfare-commissioner": ("民生委員・児童委員", "welfare commissioner"),
        "other": ("その他", "other"),
    },
)
MEMBER = Codes(
    "MEMBER",
    "Roles at a conference: ケース会議 (000) and 調整会議 (001). A city may add its own.",
    "000 ケース会議の構成員の例; 001 調整会議 出席者",
    {
        "person": ("本人", "the person"),
        "family": ("家族", "family"),
        "city-disaster": ("市（災害対応・防災）", "city: disaster"),
        "city-welfare": ("市（福祉）", "city: welfare"),
        "city-work": ("市（就労）", "city: employment"),
        "city-education": ("市（教育）", "city: education"),
        "city-housing": ("市（住宅）", "city: housing"),
        "prefecture": ("県", "prefecture"),
        "caseworker": ("ケース担当者", "caseworker"),
        "support-base": ("地域支え合いセンター", "support base"),
        "social-welfare-council": ("社会福祉協議会", "council of social welfare"),
        "care-manager": ("ケアマネジャー（介護支援専門員）", "care manager"),
        "counsellor": ("相談支援専門員", "counselling specialist"),
        "social-worker": ("社会福祉士", "social worker"),
        "helper": ("ヘルパー", "home helper"),
        "community-support-centre": ("地域包括支援センター", "community general support centre"),
        "welfare-office": ("福祉事務所", "welfare office"),
        "doctor": ("医師", "doctor"),
        "nurse": ("看護師", "nurse"),
        "public-health-nurse": ("保健師", "public-health nurse"),
        "lawyer": ("弁護士", "lawyer"),
        "architect": ("建築士", "architect"),
        "administrative-scrivener": ("行政書士", "administrative scrivener"),
        "judicial-scrivener": ("司法書士", "judicial scrivener"),
        "financial-planner": ("ファイナンシャルプランナー", "financial planner"),
        "npo": ("NPO等の民間団体", "non-profit organisation"),
        "welfare-commissioner": ("民生委員・児童委員", "welfare commissioner"),
        "disaster-group": ("自主防災組織", "voluntary disaster prevention group"),
        "residents-association": ("自治会", "residents' association"),
        "neighbour": ("近隣住民", "neighbour"),
        "sign-interpreter": ("手話通訳者", "sign-language interpreter"),
        "other": ("その他", "other"),
    },
)
AGENDA = Codes(
    "AGENDA",
    "Points of the agenda of a ケース会議.",
    "000 議題の例",
    {
        "information": ("情報の共有", "sharing information"),
        "issues": ("課題の抽出・整理", "issues"),
        "measures": ("支援方策の決定・順位付け", "measures and their order"),
        "goals": ("長期・短期の目標と達成時期", "long- and short-term goals"),
        "roles": ("役割分担の確認", "who does what"),
        "look-ahead": ("今後の課題の見通し", "foreseen risks"),
    },
)
DECISION = Codes(
    "DECISION",
    "What a case conference came to.",
    "000 ケース会議 [R]",
    {
        "support-continues": ("支援を継続", "support continues"),
        "refer": ("支援先につなぐ", "refer to providers"),
        "support-ends": ("支援を終了", "support ends"),
        "again": ("再度開催", "meet again"),
    },
)
TERM = Codes(
    "TERM",
    "How far a goal lies.",
    "000 議題の例",
    {"short": ("短期目標", "short-term goal"), "long": ("長期目標", "long-term goal")},
)
TASK = Codes(
    "TASK",
    "What a task of a conference is about.",
    "000 ケース会議, 全体像 [R]",
    {
        "housing": ("住まいの再建", "housing"),
        "health": ("医療・保健", "health"),
        "care": ("介護・福祉サービス", "care services"),
        "money": ("家計・給付", "money and benefits"),
        "work": ("就労", "employment"),
        "school": ("就学", "school"),
        "legal": ("法律相談", "legal advice"),
        "certificate": ("罹災証明・申請の手助け", "certificates and applications"),
        "visit": ("訪問・見守り", "visits"),
        "refer": ("支援先へのつなぎ", "referral to a provider"),
        "plan": ("計画の見直し", "plan revision"),
        "other": ("その他", "other"),
    },
)
TASK_OUTCOME = Codes(
    "TASK_OUTCOME",
    "How a task ended.",
    "R",
    {"done": ("完了", "done"), "dropped": ("取りやめ", "dropped")},
)
