"""The rules as data that a city puts in place of ours: read when a process starts, refused whole where faulty."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services.screening.domain.guides import packaged
from services.screening.settings import ScreeningSettings
from shared.platform.settings import complaints

FILES = {
    "guide_file": "kobe-2022",
    "risk_file": "risk-1",
    "considerations_file": "considerations-kobe-2022",
    "follow_up_file": "follow-up-1",
}


@pytest.fixture
def base(tmp_path: Path) -> dict[str, Any]:
    kek = tmp_path / "kek"
    kek.write_bytes(base64.b64encode(bytes(32)))
    return {"database_url": "postgresql://u@h/d", "kek_file": kek, "token_jwks_url": None}


def test_without_files_the_packaged_rules_are_in_use(base: dict[str, Any]) -> None:
    settings = ScreeningSettings(**base)
    assert (settings.guide.key, settings.risk.key, settings.follow_up.key) == ("kobe-2022@1", "risk@1", "follow-up@1")
    assert len(settings.considerations.groups) == 9


@pytest.mark.req("K4-093")
@pytest.mark.parametrize("name", FILES)
def test_a_file_replaces_what_comes_with_the_software(name: str, base: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "own.json"
    file.write_text(json.dumps({**json.loads(packaged(FILES[name])), "id": "our-city", "version": 7}))
    settings = ScreeningSettings(**{**base, name: file})
    one = getattr(settings, name.removesuffix("_file"))
    assert (one.id, one.version) == ("our-city", 7)


@pytest.mark.parametrize("name", FILES)
def test_a_faulty_file_is_named_and_refused(name: str, base: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "own.json"
    file.write_text("{}")
    with pytest.raises(ValidationError) as caught:
        ScreeningSettings(**{**base, name: file})
    assert f"TSUNAGI_{name.upper()}: guide.unreadable" in complaints(caught.value)[0]


def test_a_file_that_is_not_there_is_named(base: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ValidationError) as caught:
        ScreeningSettings(**{**base, "guide_file": tmp_path / "gone.json"})
    assert "TSUNAGI_GUIDE_FILE cannot be read: No such file" in complaints(caught.value)[0]
