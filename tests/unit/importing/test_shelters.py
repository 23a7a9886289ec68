"""A published list of shelters becomes typed rows; all places and names here are invented for the tests."""

import json
from collections.abc import Callable
from pathlib import Path
from uuid import RFC_4122

import msgspec
import pytest

from shared.contracts import codes
from tests.unit.importing.made import HEADING, SCHOOL_LINE, feature, geojson, line
from tsunagi.importing.rules import rules, wards
from tsunagi.importing.shelters import parse

WELFARE_HOME = feature(
    {"施設・場所名": "特別養護老人ホーム試験園", "受入対象者": "高齢者・市が特定した者とその家族等"},
    共通ID="E2810099002121",
)
CENTRE = feature(
    {"施設・場所名": "試験地域福祉センター", "受入対象者": "要配慮者とその家族等", "住所": "兵庫県神戸市灘区1"},
    共通ID="E2810099003121",
)


def test_a_list_becomes_rows_with_kind_ward_position_and_whom_they_receive() -> None:
    school, home, centre = parse(geojson(feature(), WELFARE_HOME, CENTRE)).rows
    assert (school.name, school.kind, school.ward, school.receives) == ("試験小学校", "shelter", "28101", None)
    assert (school.latitude, school.longitude) == (34.72, 135.26)
    assert (home.kind, centre.kind, centre.ward) == ("welfare", "community-welfare-centre", "28102")
    assert home.receives is not None
    assert home.receives.groups == ("elderly", "named-by-city")
    assert home.receives.with_family
    assert home.receives.wording == "高齢者・市が特定した者とその家族等"


def test_every_row_names_source_and_licence() -> None:
    (row,) = parse(geojson(feature())).rows
    assert "国土地理院" in row.source
    assert "国土地理院コンテンツ利用規約" in row.licence


def test_the_report_counts_what_was_read() -> None:
    report = parse(geojson(feature(), WELFARE_HOME, CENTRE)).report
    assert (report.imported, report.welfare) == (3, 2)
    assert report.by_ward == {"28101": 2, "28102": 1}
    assert report.by_kind == {"community-welfare-centre": 1, "shelter": 1, "welfare": 1}
    assert report.by_city == {"28100": 3}
    assert json.loads(msgspec.json.encode(report))["welfare"] == 2


def test_the_same_common_id_is_the_same_facility_for_ever() -> None:
    (first,) = parse(geojson(feature())).rows
    (renamed,) = parse(geojson(feature({"施設・場所名": "試験学園", "NO": 99}))).rows
    (other,) = parse(geojson(feature(共通ID="E2810099001112"))).rows
    assert first.id == renamed.id != other.id
    assert first.id.variant == RFC_4122
    assert first.id.version == 8
    assert str(first.id) == "df689078-ab4b-8e15-8588-f117e1b72991"


@pytest.mark.parametrize(
    ("name", "official_id", "wording", "kind"),
    [
        ("試験小学校", "E2810099001111", None, "shelter"),
        ("試験小学校", "E2810099001111", "", "shelter"),
        ("試験地域福祉センター", "E2810099001121", "要配慮者とその家族等", "community-welfare-centre"),
        ("試験地域福祉センター", "E2810099001121", None, "shelter"),
        ("試験地域福祉センター", "E2810099001112", "", "shelter"),
        ("温泉旅館ためし", "E2810099001121", "要配慮者", "lodging"),
        ("温泉旅館ためし", "E2810099001111", None, "shelter"),
        ("特別養護老人ホーム試験園", "E2810099001121", "高齢者", "welfare"),
        ("特別養護老人ホーム試験園", "E2810099001121", None, "welfare"),
        ("特別養護老人ホーム試験園", "E2810099001111", None, "shelter"),
    ],
)
def test_kinds_are_told_apart(name: str, official_id: str, wording: str | None, kind: str) -> None:
    (row,) = parse(geojson(feature({"施設・場所名": name, "受入対象者": wording}, 共通ID=official_id))).rows
    assert row.kind == kind


@pytest.mark.parametrize(
    ("wording", "groups", "with_family"),
    [
        ("要配慮者とその家族等", ("care-needing",), True),
        ("要配慮者", ("care-needing",), False),
        ("高齢者・市が特定した者とその家族等", ("elderly", "named-by-city"), True),
        ("障害者・市が特定した者とその家族等", ("disabled", "named-by-city"), True),
        ("障がい者（知的・精神・発達）", ("disabled", "intellectual", "mental", "developmental"), False),
        ("妊産婦・乳幼児", ("maternity", "infants"), False),
        ("妊婦、乳幼児及び介護にあたる家族等", ("maternity", "infants"), True),
        ("高齢者以外の要配慮者", ("care-needing",), False),
        ("医療的ケアを必要とする者、難病患者及びその介助者", ("intractable", "medical-care"), True),
        ("身体障害者（視覚、聴覚、肢体）", ("disabled", "physical", "visual", "hearing"), False),
        ("240", (), False),
    ],
)
@pytest.mark.req("K1-021")
def test_whom_a_facility_receives_is_read_from_the_published_wording(
    wording: str, groups: tuple[str, ...], with_family: bool
) -> None:
    (row,) = parse(geojson(feature(受入対象者=wording))).rows
    assert row.receives is not None
    assert (row.receives.groups, row.receives.with_family) == (groups, with_family)
    assert row.receives.wording == wording


def test_a_wording_that_cannot_be_read_is_kept_and_named() -> None:
    parsed = parse(geojson(feature(受入対象者="未特定")))
    assert parsed.report.unread_wordings == ("未特定",)
    assert parsed.report.welfare == 1


def test_an_unknown_column_is_kept_and_named_and_the_running_number_is_said_to_be_dropped() -> None:
    parsed = parse(geojson(feature(収容人数=120, 設備={"車椅子トイレ": True}, 予備=None)))
    assert parsed.rows[0].extra == {"収容人数": "120", "設備": '{"車椅子トイレ": true}'}
    assert parsed.report.unknown_columns == ("収容人数", "設備", "予備")
    assert parsed.report.ignored_columns == ("NO",)


def test_free_columns_of_the_form_are_kept() -> None:
    (row,) = parse(geojson(feature(備考="洪水時使用不可", その他市町村長が必要と認める事項="予備施設"))).rows
    assert row.extra == {"備考": "洪水時使用不可", "その他市町村長が必要と認める事項": "予備施設"}


@pytest.mark.parametrize(("mark", "same"), [("1", True), ("", False), (None, False)])
def test_whether_the_emergency_site_is_at_the_same_place_is_known(mark: str | None, same: bool) -> None:
    (row,) = parse(geojson(feature(指定緊急避難場所との住所同一=mark))).rows
    assert row.same_place is same


def test_where_the_list_does_not_say_so_the_same_place_is_unknown() -> None:
    bare = feature()
    del bare["properties"]["指定緊急避難場所との住所同一"]
    assert parse(geojson(bare)).rows[0].same_place is None


def test_emergency_sites_are_told_from_shelters_and_carry_their_hazards() -> None:
    site = feature(
        {"地震": "1", "津波": "", "崖崩れ、土石流及び地滑り": "○", "指定避難所との住所同一": "1"},
        共通ID="E2810099001201",
    )
    (row,) = parse(geojson(site)).rows
    assert (row.kind, row.hazards, row.same_place) == ("emergency-site", ("landslide", "quake"), True)


@pytest.mark.parametrize(
    ("official_id", "municipality", "address", "city", "ward"),
    [
        ("E2810099001111", "兵庫県神戸市", "兵庫県神戸市北区有馬町1", "28100", "28109"),
        ("E2810099001111", "兵庫県神戸市", "神戸市西区1", "28100", "28111"),
        ("E2810099001111", "兵庫県神戸市", "兵庫県 神戸市 中央区 1", "28100", "28110"),
        ("E2810099001111", "兵庫県神戸市", "須磨区1", "28100", "28107"),
        ("E2810099001111", "兵庫県神戸市", "兵庫県神戸市六甲町", "28100", None),
        ("E2810099001111", "兵庫県神戸市", "", "28100", None),
        ("E2810199001111", "兵庫県神戸市東灘区", "六甲町", "28100", "28101"),
        ("E1410099001111", "神奈川県横浜市", "神奈川県横浜市保土ヶ谷区1", "14100", "14106"),
        ("E2714099001111", "大阪府堺市", "大阪府堺市堺区1", "27140", "27141"),
        ("E4010099001111", "福岡県北九州市", "福岡県北九州市小倉北区1", "40100", "40106"),
        ("E1310199001111", "東京都千代田区", "東京都千代田区一ツ橋2", "13101", None),
        ("E1720299001111", "石川県七尾市", "石川県七尾市袖ケ江町", "17202", None),
    ],
)
def test_city_and_ward_of_any_municipality(
    official_id: str, municipality: str, address: str, city: str, ward: str | None
) -> None:
    row = feature(共通ID=official_id, 都道府県名及び市町村名=municipality, 住所=address)
    parsed = parse(geojson(row))
    assert (parsed.rows[0].city, parsed.rows[0].ward) == (city, ward)
    assert bool(parsed.report.without_ward) == (city in wards().cities and ward is None)


def test_a_list_with_ids_of_its_own_is_read_when_the_city_is_named() -> None:
    row = feature(共通ID="kobe-17")
    assert parse(geojson(row), city="28100").rows[0].city == "28100"


@pytest.mark.parametrize(
    ("encode", "encoding"),
    [
        (lambda text: text.encode("utf-8"), "utf-8"),
        (lambda text: text.encode("utf-8-sig"), "utf-8"),
        (lambda text: text.encode("cp932"), "cp932"),
    ],
)
def test_the_csv_of_the_same_list_gives_the_same_rows(encode: Callable[[str], bytes], encoding: str) -> None:
    parsed = parse(encode(f"{HEADING}\r\n{SCHOOL_LINE}\r\n"))
    assert parsed.rows == parse(geojson(feature())).rows
    assert (parsed.report.form, parsed.report.encoding) == ("csv", encoding)


def test_a_csv_cell_may_hold_commas_and_line_breaks() -> None:
    cells = line(
        "1", "E2810099001111", "兵庫県神戸市", '"試験,小学校"', '"神戸市灘区\n1"', "", "", "", "34.72", "135.26", ""
    )
    (row,) = parse(f"{HEADING}\n{cells}\n".encode()).rows
    assert (row.name, row.ward) == ("試験,小学校", "28102")


def test_a_list_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "list.geojson"
    file.write_bytes(b"\xef\xbb\xbf" + geojson(feature()))
    assert parse(file).report.imported == 1


def test_kobe_has_its_nine_wards() -> None:
    assert wards().cities["28100"].wards == {
        "東灘区": "28101",
        "灘区": "28102",
        "兵庫区": "28105",
        "長田区": "28106",
        "須磨区": "28107",
        "垂水区": "28108",
        "北区": "28109",
        "中央区": "28110",
        "西区": "28111",
    }


def test_what_the_tables_name_are_codes_of_the_contracts() -> None:
    assert {row.kind for row in rules().kinds} <= set(codes.FACILITY)
    assert {row.group for row in rules().groups} <= set(codes.GROUP)
    assert set(rules().hazards.values()) == set(codes.HAZARD)


def test_the_tables_agree_with_themselves() -> None:
    assert len(wards().cities) == 20
    assert len(wards().names) == 171
    assert all(code.startswith(city[:2]) for code, city in wards().city_of.items())
    assert rules().kind(emergency_sites=False, name="", official_id="", receives=False) == "shelter"


@pytest.mark.parametrize(
    ("written", "size", "kept"),
    [
        ("480", 480, None),
        (480, 480, None),
        ("1,200人", 1200, "1,200人"),
        ("屋内480人／屋外3,350人(面積の1/2)", 480, "屋内480人／屋外3,350人(面積の1/2)"),
        ("屋内1,700人／屋外2,250人（面積の1/2）", 1700, "屋内1,700人／屋外2,250人（面積の1/2）"),
        ("屋内０人／屋外50人", None, "屋内０人／屋外50人"),
        ("未定", None, "未定"),
        ("", None, None),
    ],
)
def test_for_how_many_people_a_shelter_is_meant_is_read_and_unknown_is_not_zero(
    written: str | int, size: int | None, kept: str | None
) -> None:
    parsed = parse(geojson(feature(想定収容人数=written)))
    (row,) = parsed.rows
    assert (row.size, row.extra.get("想定収容人数")) == (size, kept)
    assert parsed.report.sized == int(size is not None)
    assert parsed.report.unread_sizes == ((kept,) if size is None and kept else ())
    assert "想定収容人数" not in parsed.report.unknown_columns
