"""Long lists come page by page, and the mark between them says nothing to anybody else."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.errors import Invalid
from shared.kernel.ids import derived_id
from shared.platform.paging import MOST, Page, decode_mark, encode_mark, listed
from tests.matrix import Ground
from tests.unit.platform_web.small import bearer, client_of, make_app, router_of

ROWS = [(number, f"note {number}") for number in range(7)]


def page_of(limit: int, after: tuple[int, ...] | None) -> tuple[list[str], str | None]:
    rows = [row for row in ROWS if after is None or row[0] > after[0]][: limit + 1]
    made = listed(rows, Page(limit), mark=lambda row: (row[0],), show=lambda row: row[1])
    return made.items, made.next


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 8])
def test_all_pages_together_are_the_list(limit: int) -> None:
    seen: list[str] = []
    after: tuple[int, ...] | None = None
    while True:
        items, mark = page_of(limit, after)
        seen += items
        assert 0 < len(items) <= limit
        if mark is None:
            break
        after = decode_mark(mark, tuple[int])
    assert seen == [text for _, text in ROWS]


def test_an_empty_list_is_one_empty_page() -> None:
    made = listed(list[tuple[int, str]](), Page(5), mark=lambda row: (row[0],), show=lambda row: row[1])
    assert (made.items, made.next) == ([], None)


@given(st.datetimes(timezones=st.just(UTC)), st.uuids(), st.text())
def test_a_mark_is_read_as_it_was_written(at: datetime, note: UUID, text: str) -> None:
    mark = encode_mark((at, note, text))
    assert mark.isascii()
    assert decode_mark(mark, tuple[datetime, UUID, str]) == (at, note, text)


@pytest.mark.parametrize(
    "mark", ["", "x", "%%%", "W10", "WzFd", "e30", "日本", encode_mark(("a", 1)), encode_mark((1,)) + "A", "A" * 999]
)
def test_a_mark_that_is_none_of_ours_is_refused(mark: str) -> None:
    with pytest.raises(Invalid) as error:
        Page(50, mark).after(tuple[datetime, UUID])
    assert error.value.code == "page.malformed"


@pytest.mark.parametrize("at", ["2026-01-17T05:46:00", "0001-01-01T00:00:00+09:00"])
def test_a_mark_of_no_instant_is_none_of_ours(at: str) -> None:
    with pytest.raises(Invalid):
        Page(50, encode_mark((at, UUID(int=0)))).after(tuple[datetime, UUID])


async def test_a_list_over_http() -> None:
    notes = {derived_id("note", n): Ground("28101", derived_id("f"), "", "") for n in range(5)}
    seen: list[str] = []
    async with client_of(make_app(router_of(notes))) as client:
        params: dict[str, str] = {"limit": "2"}
        while True:
            answer = (await client.get("/notes", params=params, headers=bearer())).json()
            seen += [item["note"] for item in answer["items"]]
            if answer["next"] is None:
                break
            params["after"] = answer["next"]
    assert seen == sorted(map(str, notes))


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"after": "山田花子"}, "page.malformed"),
        ({"after": "WzFd"}, "page.malformed"),
        ({"after": "A" * 2000}, "query.unreadable"),
        ({"limit": "0"}, "query.unreadable"),
        ({"limit": str(MOST + 1)}, "query.unreadable"),
        ({"limit": "many"}, "query.unreadable"),
    ],
)
async def test_a_page_that_cannot_be_is_refused(params: dict[str, str], code: str) -> None:
    async with client_of(make_app()) as client:
        answer = await client.get("/notes", params=params, headers=bearer())
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert all(value not in answer.text for value in params.values() if not value.isdigit())
