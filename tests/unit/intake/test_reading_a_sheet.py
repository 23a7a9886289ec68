"""A sheet is never refused for what is missing or odd; only an unreadable message or a malformed id is."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest

from services.intake.domain.reading import read_member, read_sheet
from services.intake.domain.registration import Registered, register
from shared.contracts.event import encode_body
from shared.kernel.errors import Invalid

NOW = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
HOUSEHOLD = UUID("0192f0c1-0000-7000-8000-000000000001")
KIYO = "0192f0c1-0000-7000-8000-0000000000a1"
TARO = "0192f0c1-0000-7000-8000-0000000000a2"


def sheet(**fields: Any) -> bytes:
    whole: dict[str, Any] = {
        "id": str(HOUSEHOLD),
        "place": {"kind": "shelter", "shelter": "0192f0c1-0000-7000-8000-0000000000f1", "lodging": "building"},
        "written_at": "2026-11-21T13:40:00+09:00",
        "sharing_confirmed": True,
        "members": [{"id": KIYO, "representative": True, "name": "山田 キヨ", "birth": "昭和20年3月5日"}],
    }
    whole.update(fields)
    return json.dumps({name: value for name, value in whole.items() if value is not ...}).encode()


def registered(raw: bytes) -> Registered:
    return register(read_sheet(raw), NOW)


def marks(result: Registered) -> set[tuple[str, str]]:
    found = {(mark.field, mark.code) for mark in result.household.marks}
    for _, person in result.persons:
        found |= {(f"member.{mark.field}", mark.code) for mark in person.marks}
    return found


def test_a_sheet_with_the_three_things_asked_for_has_no_marks() -> None:
    assert marks(registered(sheet())) == set()


ODD: list[tuple[str, dict[str, Any], tuple[str, str]]] = [
    ("no place", {"place": ...}, ("place", "missing")),
    ("a shelter, but which", {"place": {"kind": "shelter"}}, ("place.shelter", "missing")),
    ("no time", {"written_at": ...}, ("written_at", "missing")),
    ("a time that is none", {"written_at": "きのうの夕方"}, ("written_at", "unreadable")),
    ("a time to come", {"written_at": "2027-01-01T00:00:00+09:00"}, ("written_at", "in-future")),
    ("nobody on it", {"members": []}, ("members", "missing")),
    ("nobody asked about sharing", {"sharing_confirmed": ...}, ("sharing_confirmed", "missing")),
    ("damage in own words", {"damage": "屋根がない"}, ("damage", "unknown-code")),
    ("a reason of its own", {"reasons": ["aftershocks", "ペット"]}, ("reasons", "unknown-code")),
    ("a field that nobody knows", {"ペット": "犬"}, ("other", "unreadable")),
    ("two who speak", {"members": [{"id": KIYO, "name": "a", "representative": True}, {"id": TARO, "name": "b", "representative": True}]}, ("representative", "several")),
    ("nobody who speaks", {"members": [{"id": KIYO, "name": "山田"}]}, ("representative", "missing")),
    ("no name and no description", {"members": [{"id": KIYO, "representative": True}]}, ("member.name", "missing")),
    ("an age in words", {"members": [{"id": KIYO, "representative": True, "name": "a", "age": "八十くらい"}]}, ("member.age", "unreadable")),
    ("an age of 300", {"members": [{"id": KIYO, "representative": True, "name": "a", "age": 300}]}, ("member.age", "unlikely")),
    ("age and birth differ", {"members": [{"id": KIYO, "representative": True, "name": "a", "age": 50, "birth": "昭和20年3月5日"}]}, ("member.age", "differs-from-birth")),
    ("昭和70年", {"members": [{"id": KIYO, "representative": True, "name": "a", "birth": "昭和70年1月1日"}]}, ("member.birth", "outside-era")),
    ("a need that is no tick", {"members": [{"id": KIYO, "representative": True, "name": "a", "needs": ["片足"]}]}, ("member.needs", "unknown-code")),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "mark"), [row[1:] for row in ODD], ids=[row[0] for row in ODD])
def test_what_is_odd_is_accepted_and_marked(fields: dict[str, Any], mark: tuple[str, str]) -> None:
    assert mark in marks(registered(sheet(**fields)))


LEAKS: list[dict[str, Any]] = [
    {"damage": "山田キヨの家"},
    {"sheet_no": "山田キヨ"},
    {"form": "山田キヨ"},
    {"ward": "山田キヨ"},
    {"山田キヨ": "x"},
    {"written_by": {"name": "山田キヨ", "山田キヨ": "staff"}},
    {"place": {"kind": "山田キヨ"}},
    {"place": {"kind": "shelter", "lodging": "山田キヨ"}},
    {"inquiry_consent": "山田キヨ"},
    {"reasons": ["山田キヨ"]},
    {"lifelines": ["山田キヨ"]},
    *(
        {"members": [{"id": KIYO, field: value}]}
        for field, value in (
            ("relation", "山田キヨの弟"),
            ("sex", "山田キヨ"),
            ("carer", "山田キヨ"),
            ("needs", ["山田キヨ"]),
            ("aids", ["山田キヨ"]),
            ("communication", ["山田キヨ"]),
            ("observations", ["山田キヨ"]),
            ("care", "山田キヨ"),
            ("power_hours", "山田キヨ"),
            ("山田キヨ", "x"),
        )
    ),
]


@pytest.mark.parametrize("fields", LEAKS, ids=str)
def test_a_name_in_the_wrong_field_does_not_stand_open_and_is_not_lost(fields: dict[str, Any]) -> None:
    result = registered(sheet(**fields))
    assert "山田キヨ".encode() not in encode_body(result.household)
    assert all("山田キヨ".encode() not in encode_body(person) for _, person in result.persons)
    words = [result.household.words, *(person.words for _, person in result.persons)]
    assert "山田キヨ" in msgspec.json.encode(words).decode()


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "body.unreadable"),
        (b"{", "body.unreadable"),
        (b"[]", "body.unreadable"),
        (b'{"members": []}', "id.malformed"),
        (b'{"id": "7", "members": []}', "id.malformed"),
        (b'{"id": "6ecd8c99-4036-403d-bf84-cf8400f67836"}', "id.malformed"),
        (b'{"members": 3}', "body.unreadable"),
        (b'\xff{"place": null}', "body.unreadable"),
        (f'{{"id": "{HOUSEHOLD}", "members": [{{"name": "a"}}]}}'.encode(), "id.malformed"),
        (f'{{"id": "{HOUSEHOLD}", "members": [{{"id": "7"}}]}}'.encode(), "id.malformed"),
        (
            f'{{"id": "{HOUSEHOLD}", "members": [{{"id": "6ecd8c99-4036-403d-bf84-cf8400f67836"}}]}}'.encode(),
            "id.malformed",
        ),
        (f'{{"id": "{HOUSEHOLD}", "members": [{{"id": "{KIYO}"}}, {{"id": "{KIYO}"}}]}}'.encode(), "id.repeated"),
    ],
)
def test_only_an_unreadable_message_or_a_malformed_id_is_refused(raw: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_sheet(raw)
    assert refusal.value.code == code


@pytest.mark.req("K4-002")
def test_the_time_of_writing_is_when_it_happened_whatever_its_zone() -> None:
    assert registered(sheet(written_at="2026-11-21T13:40:00")).happened == datetime(2026, 11, 21, 4, 40, tzinfo=UTC)
    assert registered(sheet(written_at="2026-11-21T04:40:00Z")).happened == datetime(2026, 11, 21, 4, 40, tzinfo=UTC)
    assert registered(sheet(written_at="2027-11-21T04:40:00Z")).happened is None


@pytest.mark.req("K4-011")
def test_an_age_that_was_given_stays_beside_the_birth_date() -> None:
    (_, person), *_ = registered(
        sheet(members=[{"id": KIYO, "name": "a", "birth": "昭和20年3月5日", "age": 80}])
    ).persons
    assert person.words is not None
    assert (person.words.age, person.words.birth, person.words.birth_date) == (80, "昭和20年3月5日", "1945-03-05")


@pytest.mark.req("K4-008", "K4-016")
def test_not_answered_is_not_the_same_as_any_answer() -> None:
    silent, answered = (
        registered(sheet()).household,
        registered(sheet(damage="other", inquiry_consent="declined")).household,
    )
    assert (silent.damage, silent.inquiry_consent) == (None, None)
    assert (answered.damage, answered.inquiry_consent) == ("other", "declined")


@pytest.mark.req("K4-012", "K4-013")
def test_needs_and_remarks_belong_to_one_member_and_combine() -> None:
    result = registered(
        sheet(
            members=[
                {
                    "id": KIYO,
                    "name": "a",
                    "needs": ["care-3-plus", "physical", "internal", "intractable"],
                    "remarks": "そば",
                },
                {"id": TARO, "name": "b"},
            ]
        )
    )
    (_, kiyo), (_, taro) = result.persons
    assert kiyo.needs == ("care-3-plus", "physical", "internal", "intractable")
    assert (kiyo.needs_screening, taro.needs_screening) == (True, False)
    assert kiyo.words is not None
    assert taro.words is not None
    assert (kiyo.words.remarks, taro.words.remarks) == ("そば", None)


@pytest.mark.req("K4-027")
def test_staff_can_mark_anybody_as_needing_care() -> None:
    (_, person), *_ = registered(sheet(members=[{"id": KIYO, "name": "a", "care": True}])).persons
    assert person.needs == ()
    assert person.needs_screening


@pytest.mark.req("K0-001")
@pytest.mark.parametrize("kind", ["home", "car", "unknown"])
def test_people_outside_shelters_are_registered_with_the_same_sheet(kind: str) -> None:
    result = registered(sheet(place={"kind": kind}))
    assert result.household.place.shelter is None
    assert [person.place.kind for _, person in result.persons] == [kind]


def test_a_member_of_its_own_is_read_like_a_line_of_the_sheet() -> None:
    member = read_member(json.dumps({"id": TARO, "name": "太郎", "age": "不明", "x": 1}).encode())
    assert member.odd == {"age": "不明", "x": "1"}
