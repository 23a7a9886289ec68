"""The catalogue of sentences: every event type, every field, and what a later release adds."""

import json
import re
from typing import Any
from uuid import UUID

import msgspec
import pytest

from services.casework.pages.sentences import NOT_READABLE, Sentence, catalogue, lanes, short_type, tell
from services.casework.pages.wording import Names, changed, in_words, when, word_list
from services.screening.domain.guide import kobe_2022
from shared.contracts import codes
from shared.contracts.catalogue import MODULES
from shared.contracts.event import Event, encode_body, encode_words, event_types
from shared.contracts.examples import AT, example
from shared.contracts.intake_person import PersonCorrected, PersonWords
from tests.unit.casework.told import at

assert MODULES  # every event type is registered
TYPES = list(event_types().values())
every_type = pytest.mark.parametrize("cls", TYPES, ids=lambda cls: short_type(cls.TYPE))
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


class Everybody(dict[Any, str]):
    """Names for every id that is asked for."""

    def get(self, key: Any, default: Any = None) -> Any:
        return f"名前{str(key)[-4:]}"


NAMES = Names(facilities=Everybody(), persons=Everybody(), actors=Everybody())


def told(event: Event, **more: Any) -> Any:
    words = getattr(event, "words", None)
    return tell(event.TYPE, encode_body(event), encode_words(words) if words else None, NAMES, AT, **more)


def sentence_of(cls: type[Event]) -> Sentence:
    return catalogue()[short_type(cls.TYPE)]


def test_every_type_of_event_has_a_sentence_and_no_other_has() -> None:
    assert set(catalogue()) == {short_type(cls.TYPE) for cls in TYPES}


@every_type
def test_every_field_is_said_or_named_as_one_that_is_not(cls: type[Event]) -> None:
    sentence = sentence_of(cls)
    said = sentence.paths() | sentence.rest
    corrects = "changed" in said  # says whatever field it names
    for struct, prefix in ((cls, ""), (cls.SEALED, "words.")):
        for name in struct.__struct_fields__ if struct else ():
            if name in ("words", "fields"):
                continue
            path = prefix + name
            assert corrects or any(one == path or one.startswith(f"{path}.") for one in said), f"{path} is said nowhere"


@every_type
def test_every_field_that_a_sentence_names_is_there(cls: type[Event]) -> None:
    event: Any = example(cls)
    for path in (sentence_of(cls).paths() | sentence_of(cls).rest) - {"changed"}:
        where = event
        for name in path.split("."):
            assert hasattr(where, name), f"{path}: no {name}"
            where = getattr(where, name)


@every_type
def test_a_full_event_is_told_in_japanese_without_a_code(cls: type[Event]) -> None:
    event = example(cls)
    one = told(event)
    assert JAPANESE.search(one.what), one.what
    assert one.readable
    assert 1 <= one.lane <= 4
    everything = "\n".join([one.what, *one.why, *one.more])
    assert "{" not in everything
    assert "None" not in everything
    for line in [one.what, *one.why]:
        assert not re.search(r"\b[a-z]+-[a-z]+\b", line.replace("taxi-1", "").replace("nurse-7", "")), line


@every_type
def test_an_event_with_nothing_but_what_must_be_there_has_a_heading(cls: type[Event]) -> None:
    event = example(cls)
    needed = {field.encode_name for field in msgspec.structs.fields(cls) if field.required}
    facts = {name: value for name, value in json.loads(encode_body(event)).items() if name in needed}
    one = tell(cls.TYPE, json.dumps(facts).encode(), None, NAMES, AT)
    assert one.what != NOT_READABLE, f"{cls.TYPE}: no heading fits"


def test_a_type_of_a_later_release_is_shown_as_what_it_is() -> None:
    one = tell("tsunagi.screening.screening.dreamt.v3", b'{"a": 1}', None, NAMES, AT)
    assert (one.what, one.why, one.lane) == (NOT_READABLE, ["tsunagi.screening.screening.dreamt.v3"], 2)
    assert not one.readable
    assert tell("something.else", b"{}", None, NAMES, AT).lane == 4


def test_a_field_of_a_later_release_is_counted_and_an_unknown_code_shown_as_itself() -> None:
    facts = b'{"destination": "moon-base", "nurse": "n", "suggestion": {"guide": "g"}, "colour": "red"}'
    one = tell("tsunagi.screening.screening.decided.v1", facts, None, Names(), AT)
    assert one.what == "moon-baseに決めた"
    assert one.why[-1] == "ほかに、この版では読めない項目が1件"


def test_what_is_no_such_event_is_not_readable() -> None:
    one = tell("tsunagi.screening.screening.decided.v1", b'{"destination": 7}', None, NAMES, AT)
    assert not one.readable


@pytest.mark.parametrize(
    ("type_", "facts", "what", "why"),
    [
        ("intake.person.departed", {"destination": "home"}, "退所した", ["行き先 自宅"]),
        ("intake.person.departed", {"destination": "hospital"}, "医療機関へ向かった", ["行き先 医療機関"]),
        ("screening.screening.requested", {"reason": "sheet", "risk": "high"}, "審査を頼んだ", None),
        (
            "screening.screening.requested",
            {"reason": "fever", "risk": "high", "round": 2},
            "もう一度の審査を頼んだ",
            None,
        ),
        ("screening.screening.call-attempted", {"outcome": "no-answer"}, "電話に出なかった", []),
        ("transfer.trip.accepted", {"partner": "family"}, "家族が送ると決まった", []),
        ("casework.case.visited", {"kind": "watching-over", "outcome": "met"}, "見守りで会えた", []),
    ],
)
def test_what_happened_decides_the_heading(type_: str, facts: dict[str, Any], what: str, why: list[str] | None) -> None:
    one = tell(f"tsunagi.{type_}.v1", json.dumps(facts).encode(), None, Names(), AT)
    assert one.what == what
    assert why is None or one.why == why


def test_a_decision_against_the_guide_says_what_the_guide_said_and_why_not() -> None:
    facts = {
        "nurse": "nurse-1",
        "destination": "core-welfare",
        "differs": True,
        "reason": "carer",
        "suggestion": {"guide": "kobe-2022@1", "row": "P8", "destinations": ["welfare-space"]},
    }
    one = tell("tsunagi.screening.screening.decided.v1", json.dumps(facts).encode(), None, Names(), AT)
    assert one.what == "基幹福祉避難所に決めた"
    assert one.why == ["めやすは「福祉避難スペース」(P8)。理由 介助者の状況"]
    assert one.who == "nurse-1"


def test_a_correction_says_what_stands_there_now() -> None:
    event = PersonCorrected(
        fields=("aids", "needs", "care", "name", "remarks"), aids=("wheelchair",), words=PersonWords(name="例野 花子")
    )
    said = changed(event, event.words, NAMES, AT)
    assert said == "移動 車いす\n配慮の区分(⑬) なし\n配慮が必要 いいえ\n氏名 例野 花子\n備考 なし"
    assert changed(event, None, NAMES, AT) == "移動 車いす\n配慮の区分(⑬) なし\n配慮が必要 いいえ\n氏名\n備考"


def test_times_are_said_as_beside_another_one() -> None:
    near = at("10:00")
    assert [when(one, near) for one in (at("05:05"), at("1d 10:00"), at("30d 10:00"), at("60d 10:00"))] == [
        "14:05",
        "21日 19:00",
        "12月20日 19:00",
        "2025年1月19日 19:00",
    ]


def test_an_id_without_a_name_is_told_as_that() -> None:
    nobody = Names()
    assert in_words("PlacementExpired.facility", UUID(int=1), nobody, AT) == "名前がまだ届いていない施設"
    assert in_words("MemberAdded.person", UUID(int=1), nobody, AT) == "名前が見られない方"
    assert in_words("NeedMet.placement", UUID(int=1), nobody, AT) is None


def test_the_questions_of_the_guide_are_said_in_the_guides_own_answers() -> None:
    guide = kobe_2022()
    said = word_list().questions
    assert set(said) == {question.code for question in guide.questions}
    for question in guide.questions:
        answers = {answer.code: answer.label for answer in question.answers}
        assert {code: label for code, label in said[question.code].items() if code != "ask"} == answers


def test_who_works_for_a_facility_is_called_by_it_where_nobody_has_named_them() -> None:
    facility = UUID("c7860719-051e-86d1-8c2e-4bb9f20c1a55")
    names = Names(facilities={facility: "北町ケアホーム"}, actors={"nurse-1": "林"})
    assert names.actor(f"facility-{facility}") == "北町ケアホーム"
    assert (
        names.actor("facility-c7860719-051e-86d1-8c2e-4bb9f20c1a56") == "facility-c7860719-051e-86d1-8c2e-4bb9f20c1a56"
    )
    assert [names.actor(one) for one in ("nurse-1", "nurse-2", "family")] == ["林", "nurse-2", "家族"]


def test_every_kind_of_hand_off_has_an_arrow_between_lanes() -> None:
    assert set(word_list().handoffs) == set(codes.HANDOFF)
    assert len(lanes()) == 4
    for drawn in word_list().handoffs.values():
        assert {drawn.giver, drawn.taker} <= {1, 2, 3, 4}
        assert "→" in drawn.say


def test_every_field_that_can_be_corrected_has_a_name() -> None:
    named = word_list().fields
    for cls in TYPES:
        if "fields" in cls.__struct_fields__:
            inside = set(cls.__struct_fields__) | set(cls.SEALED.__struct_fields__ if cls.SEALED else ())
            assert inside - {"words", "reason", "by_list", "from_day"} <= set(named), cls.TYPE
