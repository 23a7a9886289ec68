"""How published lists of headcounts are read and carried, and that what is carried is what was published."""

from datetime import datetime

import msgspec
import pytest

from shared.contracts import codes
from shared.kernel.errors import NotFound
from shared.kernel.japan import JAPAN
from tsunagi.drill import scenario
from tsunagi.drill.headcounts.published import Published, carried, load, names, read_instant, read_list, written

NANAO = load("nanao")


def jst(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2024, month, day, hour, minute, tzinfo=JAPAN)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("令和6年1月9日午後6時時点", jst(1, 9, 18)),
        ("令和6年1月13日午前6時", jst(1, 13, 6)),
        ("令和6年5月29日正午", jst(5, 29, 12)),
        ("令和６年７月２５日午後１時３０分", jst(7, 25, 13, 30)),
        ("令和6年2月1日午前12時", jst(2, 1, 0)),
        ("令和6年2月1日午後0時", jst(2, 1, 12)),
    ],
)
def test_an_instant_is_read_as_the_lists_write_it(text: str, instant: datetime) -> None:
    assert read_instant(text) == instant


@pytest.mark.parametrize("text", ["", "令和6年1月9日", "1月9日午後6時", "令和6年13月9日正午"])
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"instant|month"):
        read_instant(text)


def row(id_: str, count: str, **more: str) -> dict[str, str]:
    place = {"所在地_連結表記": "石川県七尾市山王町", "緯度": "37.0", "経度": "136.9", "想定収容人数": ""}
    return {"ID": id_, "名称": f"避難所{id_}", "人数": count, "時点": "令和6年1月11日午後6時", **place, **more}


def test_the_first_list_has_its_instant_in_the_name_of_its_column() -> None:
    first = row("a", "180")
    first["人数_令和6年1月9日午後6時時点"] = first.pop("人数")
    del first["時点"]
    assert read_list([first]) == (jst(1, 9, 18), {"a": 180})


@pytest.mark.parametrize(
    "rows",
    [
        [row("a", "1"), row("a", "2")],
        [row("a", "1"), row("b", "2", 時点="令和6年1月12日午後6時")],
        [row("a", "about ten")],
        [{"ID": "a"}],
    ],
    ids=["a shelter twice", "two instants", "no number", "no counts"],
)
def test_a_list_that_contradicts_itself_is_refused(rows: list[dict[str, str]]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_list(rows)


def test_a_shelter_that_a_list_does_not_name_had_nobody() -> None:
    later = "令和6年1月12日午前6時"
    shelters, snapshots = carried([[row("b", "5", 時点=later)], [row("a", "3"), row("b", "4")]])
    assert [one[0] for one in shelters] == ["b", "a"]
    assert snapshots == [(jst(1, 11, 18), (4, 3)), (jst(1, 12, 6), (5, 0))]
    with pytest.raises(ValueError, match="two lists"):
        carried([[row("a", "3")], [row("a", "4")]])
    with pytest.raises(ValueError, match="two names"):
        carried([[row("a", "3")], [row("a", "4", 名称="別の名", 時点=later)]])


def test_sizes_and_kinds_are_read_off_the_lists() -> None:
    rows = [
        row("a", "1", 想定収容人数="屋内1,700人／屋外2,250人(面積の1/2)"),
        row("b", "1", 名称="武道館（福祉避難所）"),
    ]
    (school, hall), _ = carried([rows])
    assert (school[2], school[6]) == ("shelter", 1700)
    assert (hall[2], hall[6]) == ("welfare", None)


def test_the_facts_of_nanao_are_those_that_were_published() -> None:
    assert (len(NANAO.shelters), len(NANAO.snapshots)) == (34, 117)
    first, last = NANAO.instants[0], NANAO.instants[-1]
    assert (first.at, sum(first.counts), sum(map(bool, first.counts))) == (jst(1, 9, 18), 1886, 29)
    assert (last.at, sum(last.counts), sum(map(bool, last.counts))) == (jst(8, 31, 13, 30), 40, 1)
    assert sum(sum(one.counts) for one in NANAO.instants) == 59_039
    by_name = {name: at for at, (_, name, *_) in enumerate(NANAO.shelters)}
    assert [one.counts[by_name["御祓地区コミュニティセンター"]] for one in NANAO.instants[:4]] == [130, 123, 112, 107]
    assert all(a.at < b.at for a, b in zip(NANAO.instants, NANAO.instants[1:], strict=False))
    assert all(len(one.counts) == 34 and min(one.counts) >= 0 for one in NANAO.instants)


def test_source_licence_and_attribution_are_named() -> None:
    assert "七尾市" in NANAO.source
    assert "raokiey" in NANAO.source
    assert NANAO.licence == "CC BY 4.0"
    assert "CC BY 4.0" in NANAO.attribution
    assert "invented" in NANAO.about


def test_its_shelters_are_rows_of_a_list_with_codes_of_the_contracts() -> None:
    rows = NANAO.listed
    assert len({row.id for row in rows}) == 34
    assert {row.kind for row in rows} == {"shelter", "welfare"}
    assert {row.kind for row in rows} <= set(codes.FACILITY)
    assert {row.ward for row in rows} == {NANAO.ward}
    assert NANAO.kind in codes.DISASTER


def test_what_is_written_is_read_back_the_same() -> None:
    assert msgspec.json.decode(written(NANAO), type=Published) == NANAO


def test_a_part_has_fewer_instants_of_the_same_shelters() -> None:
    part = NANAO.part(85, 88)
    assert [one.at for one in part.instants] == [one.at for one in NANAO.instants[85:88]]
    assert part.listed == NANAO.listed


def test_headcounts_are_no_scenario_and_unknown_ones_are_named() -> None:
    assert names() == ("nanao",)
    assert "nanao" not in " ".join(scenario.names())
    with pytest.raises(NotFound) as refusal:
        load("atlantis")
    assert refusal.value.details["known"] == "nanao"
