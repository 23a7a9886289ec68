"""What staff heed for each attention group (004 別紙), and who belongs to which."""

import pytest

from services.screening.domain.considerations import groups_of, kobe_considerations
from shared.contracts import codes
from shared.kernel.errors import NotFound

GROUPS = kobe_considerations()


def test_there_are_the_nine_groups_of_the_document_with_their_titles() -> None:
    assert {group.code: group.title for group in GROUPS.groups} == {
        code: codes.ATTENTION.label(code) for code in codes.ATTENTION
    }


@pytest.mark.parametrize(
    ("group", "number", "words"),
    [
        ("common", 1, "漢字にはルビをふるなど配慮する。"),
        ("elderly", 3, "熱中症のリスクが高いため、定期的な水分補給を促す。"),
        ("intellectual-developmental", 1, "落ち着いて過ごせる福祉避難スペース（別室）を開設する。"),
        ("mental", 1, "集団生活になじめないことがある。"),
        ("visual", 3, "出入口付近の壁際が望ましい。"),
        ("hearing", 2, "意思確認は筆談等によって行う。"),
        ("physical", 4, "脊髄損傷の場合、体温調節が困難な場合があるので、毛布等の優先配布など配慮する。"),
        ("internal-intractable", 3, "常用している薬を持参しているか（何日分あるか）を確認する。"),
        ("maternity-infant", 4, "子どもが泣き止まない際は、必要に応じて福祉避難スペースを開設する"),
    ],
)
def test_each_group_has_its_considerations_in_the_documents_words(group: str, number: int, words: str) -> None:
    considerations = GROUPS.group(group).considerations
    assert len(considerations) == number
    assert any(words in each.text for each in considerations)
    assert GROUPS.based_on.startswith("004")


def test_a_note_of_the_document_stays_with_its_consideration() -> None:
    shown = next(each for each in GROUPS.group("visual").considerations if each.code == "guide-and-show-toilet")
    assert shown.notes == ("※「あっち」や「向こう」など口頭ではうまく伝わらないため注意が必要。",)


def test_a_group_that_does_not_exist_is_not_found() -> None:
    with pytest.raises(NotFound):
        GROUPS.group("giants")


BELONGS = [
    ((), ("common",)),
    (("a-code-of-tomorrow",), ("common",)),
    (("care-3-plus",), ("common", "elderly")),
    (("care-3-plus", "mental"), ("common", "elderly", "mental")),
    (("intractable", "3-5"), ("common", "internal-intractable", "maternity-infant")),
    (("physical",), ("common", "visual", "hearing", "physical")),
    (("physical", "wheelchair"), ("common", "physical")),
    (("physical", "writing"), ("common", "hearing")),
    (("physical", "writing", "cane"), ("common", "hearing", "physical")),
    (("disabled", "intellectual"), ("common", "intellectual-developmental")),
    (
        ("disabled",),
        (
            "common",
            "intellectual-developmental",
            "mental",
            "visual",
            "hearing",
            "physical",
            "internal-intractable",
        ),
    ),
]


@pytest.mark.parametrize(("known", "groups"), BELONGS)
def test_a_person_belongs_to_every_group_that_the_codes_name_or_leave_open(
    known: tuple[str, ...], groups: tuple[str, ...]
) -> None:
    assert groups_of(known) == groups


def test_every_tick_of_the_sheet_brings_a_group_beyond_what_is_common() -> None:
    for need in codes.NEED:
        assert len(groups_of([need])) > 1, need
