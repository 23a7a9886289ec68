"""Small lists of shelters, made for the tests: every place in them is invented."""

import json
from typing import Any

HEADING = (
    "NO,共通ID,都道府県名及び市町村名,施設・場所名,住所,指定緊急避難場所との住所同一,"
    "その他市町村長が必要と認める事項,受入対象者,緯度,経度,備考"
)


def feature(changes: dict[str, Any] | None = None, /, **more: Any) -> dict[str, Any]:
    """One designated shelter of Kobe, but for the changes."""
    properties = {
        "NO": 1,
        "共通ID": "E2810099001111",
        "都道府県名及び市町村名": "兵庫県神戸市",
        "施設・場所名": "試験小学校",
        "住所": "兵庫県神戸市東灘区試験町1-1",
        "指定緊急避難場所との住所同一": "1",
        "その他市町村長が必要と認める事項": None,
        "受入対象者": None,
        "備考": "",
    }
    properties.update(changes or {}, **more)
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [135.26, 34.72]},
        "properties": properties,
    }


def geojson(*features: dict[str, Any]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}, ensure_ascii=False).encode()


def line(*cells: str) -> str:
    return ",".join(cells)


SCHOOL_LINE = line(
    "1",
    "E2810099001111",
    "兵庫県神戸市",
    "試験小学校",
    "兵庫県神戸市東灘区試験町1-1",
    "1",
    "",
    "",
    "34.72",
    "135.26",
    "",
)
