"""The catalogue of codes: labels in two languages, unknown codes shown as they are, one name for one thing."""

import re
from datetime import date
from typing import get_args

import msgspec
import pytest

from shared.contracts import codes
from shared.contracts.catalogue import MODULES
from shared.contracts.envelope import Channel, Precision
from shared.contracts.event import event_types
from shared.contracts.examples import example
from shared.contracts.openness import OPEN
from shared.kernel.eras import ERAS, read_birth

assert MODULES  # every event type is registered
every_set = pytest.mark.parametrize("set_", codes.ALL.values(), ids=lambda set_: set_.name)
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


@every_set
def test_a_code_is_an_english_word_with_a_label_in_both_languages(set_: codes.Codes) -> None:
    for code, label in set_.items():
        assert CODE.fullmatch(code), code
        assert label.ja.strip() == label.ja != ""
        assert not JAPANESE.search(label.en)
        assert label.en != ""
    assert len({label.ja for label in set_.values()}) == len(set_), "two codes with one label"
    assert len({label.en for label in set_.values()}) == len(set_), "two codes with one label"


@every_set
def test_a_set_is_called_by_its_name_and_says_where_it_comes_from(set_: codes.Codes) -> None:
    assert getattr(codes, set_.name) is set_
    assert set_.name in codes.__all__
    assert set_.about.endswith(".")
    assert set_.source


@pytest.mark.parametrize("language", ["ja", "en"])
def test_an_unknown_code_is_shown_as_itself(language: codes.Language) -> None:
    assert codes.NEED.label("code-of-a-later-release", language) == "code-of-a-later-release"
    assert "code-of-a-later-release" not in codes.NEED


def test_a_known_code_is_shown_in_the_forms_wording() -> None:
    assert codes.DAMAGE.label("largely-destroyed") == "大規模半壊"
    assert codes.DESTINATION.label("core-welfare") == "基幹福祉避難所"
    assert codes.DESTINATION.label("core-welfare", "en") == "core welfare shelter"


FORM_ROWS = [
    pytest.param(codes.DAMAGE, ["全壊", "大規模半壊", "半壊", "一部損壊", "その他"], marks=pytest.mark.req("K4-008")),
    pytest.param(codes.LIFELINE, ["電気", "ガス", "水道", "電話"], marks=pytest.mark.req("K4-010")),
    pytest.param(codes.SEX, ["男", "女", "回答しない"], marks=pytest.mark.req("K3-003")),
    pytest.param(
        codes.DESTINATION,
        [
            "医療機関（入院）",
            "福祉施設（入所）",
            "基幹福祉避難所",
            "福祉避難所",
            "福祉避難スペース",
            "感染症対応スペース",
            "緊急避難場所（避難所）",
        ],
        marks=pytest.mark.req("K4-069"),
    ),
    pytest.param(
        codes.OPENING_STEP,
        ["入所者・職員の安全確認", "施設の被災状況点検", "避難スペースの確保", "要援護者の受入"],
    ),
    pytest.param(
        codes.PHASE,
        [
            "平時",
            "発災直後～避難所運営段階",
            "避難所閉所検討～応急仮設住宅供与段階",
            "応急仮設住宅供与段階以降",
        ],
    ),
]


@pytest.mark.parametrize(("set_", "wording"), FORM_ROWS)
def test_a_set_of_a_form_offers_exactly_what_the_form_does(set_: codes.Codes, wording: list[str]) -> None:
    assert [label.ja for label in set_.values()] == wording


@pytest.mark.req("K4-012")
def test_every_tick_of_the_sheets_field_13_is_a_code() -> None:
    kinds = {"physical", "intellectual", "mental", "developmental", "internal"}
    assert kinds | {"disabled", "care-3-plus", "intractable", "maternity-infant"} == set(codes.NEED)


AGES = [
    (None, "unknown"),
    (-1, "unknown"),
    (0, "0"),
    (1, "1-2"),
    (2, "1-2"),
    (3, "3-5"),
    (5, "3-5"),
    (6, "6-14"),
    (14, "6-14"),
    (15, "15-17"),
    (18, "18-39"),
    (40, "40-64"),
    (64, "40-64"),
    (65, "65-74"),
    (74, "65-74"),
    (75, "75-84"),
    (85, "85-plus"),
    (119, "85-plus"),
]


@pytest.mark.parametrize(("years", "band"), AGES)
def test_an_age_falls_into_one_band(years: int | None, band: str) -> None:
    assert codes.age_band(years) == band
    assert band in codes.AGE_BAND


def test_the_defaults_of_event_fields_are_codes_of_their_sets() -> None:
    for cls in event_types().values():
        for field in msgspec.structs.fields(cls):
            declared = OPEN.get(f"{cls.__name__}.{field.name}")
            if declared is not None and declared.codes is not None and isinstance(field.default, str):
                assert field.default in codes.ALL[declared.codes], f"{cls.__name__}.{field.name}"


def test_the_codes_in_examples_are_of_the_sets_declared() -> None:
    for cls in event_types().values():
        for name, value in msgspec.structs.asdict(example(cls)).items():
            declared = OPEN.get(f"{cls.__name__}.{name}")
            if declared is None or declared.codes is None or isinstance(value, dict):
                continue
            for code in value if isinstance(value, tuple) else (value,):
                assert code in codes.ALL[declared.codes]


def test_the_envelopes_codes_have_labels() -> None:
    assert set(get_args(Channel)) == set(codes.CHANNEL)
    assert set(get_args(Precision)) == set(codes.PRECISION)


def test_what_can_be_odd_about_a_birth_date_is_a_mark() -> None:
    today = date(2026, 1, 17)
    odd = {
        read_birth(text, today).odd for text in ("?", "昭和99年1月1日", "2026-02-30", "2030-01-01", "昭和20年3月5日")
    }
    assert odd - {None} <= set(codes.MARK)
    assert len(odd) > 3
    assert ERAS
