"""Why a list was not imported: the room's problem table, and the sentence with the place.

A broken list is refused whole. The place is what somebody with the file open needs to find it: the number of the
feature or the line, and the property or column.
"""

from shared.kernel.errors import Invalid, Problem, Sentences

PROBLEMS: tuple[Sentences, ...] = (
    Sentences(
        "import.encoding",
        "文字コードが読めません（GeoJSONはUTF-8、CSVはUTF-8かShift_JIS(CP932)）。",
        "The bytes are no text that we read (GeoJSON: UTF-8; CSV: UTF-8 or CP932).",
        "ファイルをUTF-8で保存し直してください。",
        "Save the file as UTF-8 and import it again.",
    ),
    Sentences(
        "import.json-broken",
        "JSONとして読めません。途中で切れているか、記号が足りません。",
        "This is not JSON: it is cut off, or a sign is missing.",
        "ファイルをもう一度入手してください。",
        "Get the file again from where it is published.",
    ),
    Sentences(
        "import.csv-broken",
        "CSVの行の形が壊れています（引用符、または列の数）。",
        "A line of the CSV is broken (its quotes, or the number of its columns).",
        "その行を直してください。",
        "Mend that line.",
    ),
    Sentences(
        "import.not-a-list",
        "避難所の一覧（GeoJSONのFeatureCollection、またはその項目のCSV）ではありません。",
        "This is no list of shelters (a GeoJSON FeatureCollection, or a CSV with its columns).",
        "国土地理院の指定緊急避難場所・指定避難所データのファイルを選んでください。",
        "Choose a file of the designated shelters data.",
    ),
    Sentences(
        "import.empty",
        "施設が一件もありません。",
        "The list holds no facility.",
        "正しいファイルか確認してください。",
        "Check whether this is the right file.",
    ),
    Sentences(
        "import.column-missing",
        "必要な項目（列）がありません。",
        "A property (column) that is needed is missing.",
        "項目名を国土地理院の形に合わせてください。",
        "Name the columns as the published form does.",
    ),
    Sentences(
        "import.feature-broken",
        "GeoJSONのFeatureの形ではありません。",
        "This is not a GeoJSON Feature.",
        "その施設を直すか、除いてください。",
        "Mend that feature, or take it out.",
    ),
    Sentences(
        "import.name-missing",
        "施設・場所名がありません。",
        "The facility has no name.",
        "施設・場所名を入れてください。",
        "Fill in the name.",
    ),
    Sentences(
        "import.id-missing",
        "共通IDがありません。",
        "The facility has no common id.",
        "共通IDを入れてください。同じ施設を次も同じ施設と分かるために要ります。",
        "Fill in the common id: by it the next import knows the same facility again.",
    ),
    Sentences(
        "import.id-twice",
        "同じ共通IDが二度あります。",
        "The same common id stands there twice.",
        "どちらが正しいか確認し、一方を除いてください。",
        "Find out which one is right and take the other out.",
    ),
    Sentences(
        "import.city-unknown",
        "共通IDから市区町村のコードを読めません。",
        "The common id does not tell the city's code.",
        "共通IDを確認するか、市区町村コード（5桁）を指定してください。",
        "Check the common id, or name the city's code (five digits).",
    ),
    Sentences(
        "import.geometry-wrong",
        "位置が点（Point、経度・緯度の数）ではありません。",
        "The position is no Point of two numbers (longitude, latitude).",
        "位置を経度・緯度の点で入れてください。",
        "Give the position as a point of longitude and latitude.",
    ),
    Sentences(
        "import.position-missing",
        "位置（緯度・経度）がありません。",
        "There is no position (latitude, longitude).",
        "緯度と経度を入れてください。",
        "Fill in latitude and longitude.",
    ),
    Sentences(
        "import.outside-japan",
        "位置が日本の外にあります。緯度と経度が逆ではありませんか。",
        "The position lies outside Japan; are latitude and longitude the wrong way round?",
        "緯度と経度を確認してください。",
        "Check latitude and longitude.",
    ),
    Sentences(
        "import.value-wrong",
        "値の形が違います。",
        "The value is not of the form that belongs here.",
        "値を直してください。",
        "Mend the value.",
    ),
)


def broken(code: str, place: str, **found: object) -> Invalid:
    """Return the refusal with its place, and what was found there. Lists of shelters are published facts."""
    return Invalid(code, place=place, **found)


def sentence(problem: Problem, language: str = "ja") -> str:
    """Return one line for a person: the place, the reason, what was found, what to do (`language`: ja or en)."""
    row = next(row for row in PROBLEMS if row.code == problem.code)
    details = dict(problem.details)
    place = details.pop("place", "")
    found = ", ".join(f"{name}={value}" for name, value in details.items())
    if language == "ja":
        return f"{place}: {row.ja}{f'（{found}）' if found else ''} {row.todo_ja}"
    return f"{place}: {row.en}{f' ({found})' if found else ''} {row.todo_en}"
