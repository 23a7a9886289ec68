"""The guide as data: official wording, codes that the contracts know, and a faulty guide refused whole."""

from typing import Any

import msgspec
import pytest

from services.screening.domain.guide import DESTINATIONS, kobe_2022, load_guide
from services.screening.domain.guides import packaged
from services.screening.domain.suggest import Decided, suggest
from services.screening.problems import PROBLEMS
from shared.contracts import codes
from shared.kernel.errors import Invalid, NotFound

GUIDE = kobe_2022()


@pytest.mark.req("K4-069")
def test_exactly_the_seven_destinations_exist_with_their_official_wording() -> None:
    assert [(destination.code, destination.title) for destination in GUIDE.destinations] == [
        ("hospital", "医療機関（入院）"),
        ("facility", "福祉施設（入所）"),
        ("core-welfare", "基幹福祉避難所"),
        ("welfare", "福祉避難所"),
        ("welfare-space", "福祉避難スペース"),
        ("infection-space", "感染症対応スペース"),
        ("general", "緊急避難場所（避難所）"),
    ]
    assert GUIDE.destination("hospital").criteria == (
        "継続的な医療行為を必要とする状態（介護者による医療的ケアができない場合など入院が望ましい状態）",
        "病状が不安定な場合",
    )
    assert GUIDE.destination("facility").conditions == ("入所基準に該当", "介護者なし")
    assert GUIDE.destination("general").criteria == (
        "疾病等はあるが、服薬等により病状が安定している。",
        "日常生活が自立または見守りにより可能。",
    )
    assert GUIDE.destination("facility").notes == ("※3：ショートステイを含む",)
    assert GUIDE.based_on.startswith("004")
    assert set(DESTINATIONS) == set(codes.DESTINATION)


def test_a_community_welfare_centre_is_excluded_where_welfare_shelters_are_proposed() -> None:
    (excluded,) = GUIDE.destination("welfare").excludes_kinds
    assert excluded in codes.FACILITY
    assert set(GUIDE.destination("facility").kinds) == set(codes.ADMISSION)


@pytest.mark.req("K4-089")
@pytest.mark.parametrize(
    ("question", "number", "term", "words"),
    [
        ("medical-care", "①", "常時医療的ケアが必要", "医療機器を装着し、常時観察が必要な状態"),
        ("group-life", "②", "集団生活が困難", "障害などにより、集団の中では生活が困難な状態"),
        ("adl", "③", "日常生活動作", "介助しなければ日常生活を送ることが困難な状態"),
        ("carer", "④", "介助者", "日常生活動作に対する介助者（家族、友人、知人など）"),
    ],
)
def test_the_official_definition_stands_beside_its_question(question: str, number: str, term: str, words: str) -> None:
    definition = GUIDE.definition(GUIDE.question(question))
    assert definition is not None
    assert (definition.number, definition.term) == (number, term)
    assert words in "".join(definition.text)


@pytest.mark.req("K4-075")
def test_the_nurse_is_asked_what_the_sheet_does_not_ask() -> None:
    answers = {q: [a.code for a in GUIDE.question(q).answers] for q in ("care-level", "support-level", "service")}
    assert {f"care-{level}" for level in range(1, 6)} <= set(answers["care-level"])
    assert {f"level-{level}" for level in range(1, 7)} <= set(answers["support-level"])
    assert "short-stay" in answers["service"]
    assert GUIDE.question("admission-criteria").source == "004 めやす 福祉施設 ※3"


@pytest.mark.req("K4-071")
def test_who_can_give_medical_care_is_asked_apart_from_who_helps_with_daily_living() -> None:
    assert GUIDE.question("medical-carer") != GUIDE.question("carer")
    assert set(codes.CARER) == {answer.code for answer in GUIDE.question("carer").answers}


def test_every_row_is_explained_in_words_for_the_household_and_says_where_it_comes_from() -> None:
    for row in GUIDE.rows:
        assert row.plain.endswith("。")
        assert row.source.startswith("004")
    origins = {case.origin for _, case in GUIDE.cases} | {question.origin for question in GUIDE.questions}
    assert origins == {"004", "R", "O"}


def changed(**parts: Any) -> bytes:
    """The guide as a city would send it, with these parts replaced."""
    return msgspec.json.encode(msgspec.json.decode(packaged("kobe-2022")) | parts)


def plain(name: str) -> Any:
    return msgspec.json.decode(packaged("kobe-2022"))[name]


@pytest.mark.req("K4-093")
def test_a_city_replaces_the_guide_and_an_old_decision_still_names_the_one_it_used() -> None:
    wheelchair = {
        "id": "C1",
        "title": "車椅子",
        "plain": "段差のない部屋をご案内します。",
        "source": "市の定め",
        "when": {"answers": {"wheelchair": ["yes"]}},
        "cases": [{"origin": "city", "destinations": ["welfare-space"]}],
    }
    rows = plain("rows")
    city = load_guide(changed(id="city", version=7, rows=[*rows[:5], wheelchair, *rows[5:]]))
    answers = {
        "urgent": "no",
        "unstable": "no",
        "infection": "no",
        "medical-care": "no",
        "maternity-infancy": "none",
        "wheelchair": "yes",
        "carer": "none",
        "admission-criteria": "met",
    }
    old, new = suggest(GUIDE, answers), suggest(city, answers)
    assert isinstance(old, Decided)
    assert isinstance(new, Decided)
    assert (old.guide, old.row, old.destinations) == ("kobe-2022@1", "P5", ("facility",))
    assert (new.guide, new.row, new.destinations) == ("city@7", "C1", ("welfare-space",))


def with_row(at: int, **parts: Any) -> dict[str, Any]:
    rows = plain("rows")
    rows[at] = rows[at] | parts
    return {"rows": rows}


def case(**parts: Any) -> list[dict[str, Any]]:
    return [{"origin": "city", **parts}]


def with_destination(at: int, **parts: Any) -> dict[str, Any]:
    destinations = plain("destinations")
    destinations[at] = destinations[at] | parts
    return {"destinations": destinations}


def with_question(**parts: Any) -> dict[str, Any]:
    question = {
        "code": "cold",
        "text": "寒いですか",
        "origin": "city",
        "source": "市の定め",
        "answers": [{"code": "no", "label": "いいえ"}, {"code": "yes", "label": "はい"}],
    }
    return {"questions": [*plain("questions"), question | parts]}


FAULTY = {
    "no row for somebody": (with_row(11, when={"answers": {"adl": ["independent"]}}), "no row for"),
    "a row nobody reaches": ({"rows": [*plain("rows"), plain("rows")[9] | {"id": "P12"}]}, "never come up"),
    "a case nobody reaches": (with_row(1, cases=plain("rows")[1]["cases"] * 2), "never come up"),
    "a row twice": ({"rows": [*plain("rows"), plain("rows")[0]]}, "stands twice"),
    "a question that does not exist": (with_row(1, when={"answers": {"unsteady": ["yes"]}}), "no question"),
    "an answer that does not exist": (with_row(1, when={"answers": {"unstable": ["maybe"]}}), "has no answer"),
    "a question only for the record": (with_row(1, when={"answers": {"service": ["none"]}}), "no question"),
    "a term that does not exist": (with_row(1, when={"terms": ["odd"]}), "no term"),
    "a term within itself": (
        {"terms": plain("terms") | {"odd": {"title": "", "origin": "", "source": "", "when": {"terms": ["odd"]}}}},
        "no term",
    ),
    "a destination of its own": (with_row(1, cases=case(destinations=["church"])), "no row can name church"),
    "welfare shelters, open or not": (with_row(1, cases=case(destinations=["welfare"])), "no row can name"),
    "a destination without wording": ({"destinations": plain("destinations")[1:]}, "not exactly"),
    "a destination that follows nobody": (with_destination(3, follows="church"), "no row can name"),
    "a case that says nothing": (with_row(1, cases=case()), "needs destinations"),
    "a case that says two things": (
        with_row(1, cases=case(destinations=["hospital"], nurse_decides_between=["facility", "hospital"])),
        "needs destinations",
    ),
    "a choice of one": (with_row(1, cases=case(nurse_decides_between=["hospital"])), "nothing to decide"),
    "a question nobody reads": (with_question(), "no row reads it"),
    "a question without answers": (with_question(answers=[], for_record=True), "needs answers"),
    "unknown as an answer": (
        with_question(answers=[{"code": "unknown", "label": "不明"}], for_record=True),
        "needs answers",
    ),
    "a definition that does not exist": (with_question(definition="⑨", for_record=True), "no definition"),
    "a meanwhile for some only": ({"meanwhile": plain("meanwhile")[:-1]}, "met by everybody"),
    "meanwhile in the general shelter": (
        {"meanwhile": [{"destination": "general", "remark": "", "origin": "city"}]},
        "never sends anybody",
    ),
}


@pytest.mark.parametrize(("parts", "reason"), FAULTY.values(), ids=FAULTY.keys())
def test_a_faulty_guide_is_refused_with_the_place_and_the_reason(parts: dict[str, Any], reason: str) -> None:
    with pytest.raises(Invalid) as problem:
        load_guide(changed(**parts))
    assert problem.value.code == "guide.broken"
    assert reason in str(problem.value.details["reason"])
    assert problem.value.details["where"]


@pytest.mark.parametrize("raw", [b"", b"{}", b"\xff", changed(rows="none"), changed(surprise=1)])
def test_what_is_no_guide_is_unreadable(raw: bytes) -> None:
    with pytest.raises(Invalid) as problem:
        load_guide(raw)
    assert problem.value.code == "guide.unreadable"


def test_what_a_guide_does_not_have_is_not_found() -> None:
    for look_up in (GUIDE.question, GUIDE.row, GUIDE.destination):
        with pytest.raises(NotFound):
            look_up("church")


def test_every_problem_has_its_sentences() -> None:
    known = {sentences.code for sentences in PROBLEMS}
    assert known >= {
        "screening.question-unknown",
        "screening.answer-unknown",
        "guide.unreadable",
        "guide.broken",
        "guide.entry-unknown",
    }
