"""A broken list is refused whole, with the place and the reason in two languages."""

import json
from typing import Any

import pytest

from shared.kernel.errors import Invalid
from tests.unit.importing.made import HEADING, SCHOOL_LINE, feature, geojson
from tsunagi.importing.problems import PROBLEMS, sentence
from tsunagi.importing.shelters import parse

GOOD = feature(共通ID="E2810099009111")


def at(geometry: Any) -> dict[str, Any]:
    return {**feature(), "geometry": geometry}


def point(*coordinates: Any) -> dict[str, Any]:
    return at({"type": "Point", "coordinates": list(coordinates)})


def without(column: str) -> dict[str, Any]:
    broken = feature()
    del broken["properties"][column]
    return broken


@pytest.mark.parametrize(
    ("second", "code", "place"),
    [
        (feature({"施設・場所名": ""}), "import.name-missing", "features[1] / 施設・場所名"),
        (feature({"施設・場所名": None}), "import.name-missing", "features[1] / 施設・場所名"),
        (feature({"施設・場所名": "　"}), "import.name-missing", "features[1] / 施設・場所名"),
        (without("施設・場所名"), "import.name-missing", "features[1] / 施設・場所名"),
        (feature({"施設・場所名": ["試験"]}), "import.value-wrong", "features[1] / 施設・場所名"),
        (feature(共通ID=""), "import.id-missing", "features[1] / 共通ID"),
        (feature(共通ID="E2810099009111"), "import.id-twice", "features[1] / 共通ID"),
        (feature(共通ID="kobe-17"), "import.city-unknown", "features[1] / 共通ID"),
        (feature(受入対象者=True), "import.value-wrong", "features[1] / 受入対象者"),
        (
            feature(指定緊急避難場所との住所同一="たぶん"),
            "import.value-wrong",
            "features[1] / 指定緊急避難場所との住所同一",
        ),
        (at(None), "import.position-missing", "features[1].geometry"),
        (at({"type": "Polygon", "coordinates": []}), "import.geometry-wrong", "features[1].geometry"),
        (at([135.26, 34.72]), "import.geometry-wrong", "features[1].geometry"),
        (point("135.26", "34.72"), "import.geometry-wrong", "features[1].geometry.coordinates"),
        (point(135.26), "import.geometry-wrong", "features[1].geometry.coordinates"),
        (point(True, 34.72), "import.geometry-wrong", "features[1].geometry.coordinates"),
        (point(34.72, 135.26), "import.outside-japan", "features[1].geometry.coordinates"),
        (point(0, 0), "import.outside-japan", "features[1].geometry.coordinates"),
        (point(float("nan"), 34.72), "import.outside-japan", "features[1].geometry.coordinates"),
        ({"type": "Feature", "properties": None}, "import.feature-broken", "features[1].properties"),
        ({"type": "Shelter"}, "import.feature-broken", "features[1]"),
        ("試験小学校", "import.feature-broken", "features[1]"),
    ],
)
def test_one_broken_feature_refuses_the_list_and_is_named(second: Any, code: str, place: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse(geojson(GOOD, second))
    assert (refusal.value.code, refusal.value.details["place"]) == (code, place)


@pytest.mark.parametrize(
    ("raw", "code", "place"),
    [
        (b'{"type": "FeatureCollection",\n "features": [', "import.json-broken", "line 2, column 15"),
        (geojson(GOOD)[:-2], "import.json-broken", "line 1, column 320"),
        (b"[" * 100_000, "import.json-broken", "file"),
        (b"{}", "import.not-a-list", "type"),
        (b"[]", "import.not-a-list", "type"),
        (b'{"type": "FeatureCollection"}', "import.not-a-list", "features"),
        (b'{"type": "FeatureCollection", "features": []}', "import.empty", "file"),
        (b"", "import.not-a-list", "line 1"),
        (b"<html></html>", "import.not-a-list", "line 1"),
        (b'{\n"a": "' + "神戸".encode("cp932") + b'"}', "import.encoding", "line 2"),
        ("神戸".encode("utf-16"), "import.encoding", "line 1"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_the_place(raw: bytes, code: str, place: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse(raw)
    assert (refusal.value.code, refusal.value.details["place"]) == (code, place)


def lines(*rows: str) -> bytes:
    return "\n".join((HEADING, *rows, "")).encode()


@pytest.mark.parametrize(
    ("raw", "code", "place"),
    [
        (lines(SCHOOL_LINE, SCHOOL_LINE), "import.id-twice", "line 3 / 共通ID"),
        (lines(SCHOOL_LINE.replace("試験小学校", " ")), "import.name-missing", "line 2 / 施設・場所名"),
        (lines(SCHOOL_LINE, SCHOOL_LINE[:30]), "import.csv-broken", "line 3"),
        (lines(SCHOOL_LINE + ",余り"), "import.csv-broken", "line 2"),
        (lines(SCHOOL_LINE.replace("試験小学校", '"試験小学校')), "import.csv-broken", "line 2"),
        (lines(SCHOOL_LINE.replace("34.72", "北緯34度")), "import.geometry-wrong", "line 2 / 緯度"),
        (lines(SCHOOL_LINE.replace("135.26", "")), "import.position-missing", "line 2 / 経度"),
        (lines(SCHOOL_LINE.replace("34.72", "nan")), "import.geometry-wrong", "line 2 / 緯度"),
        (lines(SCHOOL_LINE.replace("34.72", "3.472")), "import.outside-japan", "line 2 / 緯度, 経度"),
        (lines(), "import.empty", "file"),
        (lines(SCHOOL_LINE).replace("緯度".encode(), b"lat"), "import.column-missing", "line 1"),
        (lines(SCHOOL_LINE).replace("備考".encode(), "住所".encode()), "import.csv-broken", "line 1"),
        (lines(SCHOOL_LINE).replace("備考".encode(), b"\xff\xff"), "import.encoding", "line 1"),
        (lines(SCHOOL_LINE).decode().encode("euc-jp"), "import.encoding", "line 1"),
        (lines(SCHOOL_LINE).decode().encode("cp932")[:-60] + b"\x81", "import.encoding", "line 2"),
    ],
)
def test_a_broken_csv_is_refused_with_the_line(raw: bytes, code: str, place: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse(raw)
    assert (refusal.value.code, refusal.value.details["place"]) == (code, place)


def test_a_duplicate_names_both_places() -> None:
    with pytest.raises(Invalid) as refusal:
        parse(geojson(GOOD, feature(), GOOD))
    assert refusal.value.details == {
        "place": "features[2] / 共通ID",
        "first": "features[0] / 共通ID",
        "id": "E2810099009111",
    }


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_refusal_reads_as_one_sentence_with_the_place(language: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse(geojson(GOOD, point(34.72, 135.26)))
    said = sentence(refusal.value, language)
    assert said.startswith("features[1].geometry.coordinates: ")
    assert {"ja": "日本の外", "en": "outside Japan"}[language] in said


def test_every_refusal_has_one_row_in_the_table() -> None:
    assert len({row.code for row in PROBLEMS}) == len(PROBLEMS)
    assert all(all(row) for row in PROBLEMS)


def test_the_numbers_of_a_geojson_property_are_kept_as_written() -> None:
    raw = json.loads(geojson(feature(共通ID="E2810099001111", 収容=1.50)))
    assert parse(json.dumps(raw).encode()).rows[0].extra == {"収容": "1.5"}
