"""Transfer's numbers have safe defaults; a policy of the city's own is read at the start, or named as bad."""

import base64
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pydantic import ValidationError

from services.transfer.settings import TransferSettings
from shared.platform.settings import complaints
from tests.unit.transfer.made import POLICY


@pytest.fixture
def given(tmp_path: Path) -> dict[str, Any]:
    kek = tmp_path / "kek"
    kek.write_bytes(base64.b64encode(bytes(32)))
    return {"database_url": "postgresql://u:p@localhost:1/transfer", "kek_file": kek}


def test_without_a_file_the_policy_is_the_one_that_comes_with_the_software(given: dict[str, Any]) -> None:
    settings = TransferSettings(**given)
    assert (settings.rules, settings.hold_minutes, settings.auto_next) == (POLICY, 30, True)


def test_a_citys_own_policy_is_read(given: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    file.write_bytes(msgspec.json.encode(msgspec.structs.replace(POLICY, id="own")))
    assert TransferSettings(**(given | {"transfer_policy": file})).rules.name == "own@1"


BAD = [
    ("nothing there", None, "cannot be read"),
    ("no JSON", b"{", "policy.unreadable"),
    ("a code that does not exist", msgspec.json.encode(msgspec.structs.replace(POLICY, everybody=("x",))), "broken"),
]


@pytest.mark.parametrize(("_name", "content", "said"), BAD, ids=[row[0] for row in BAD])
def test_a_bad_policy_keeps_the_process_from_starting(
    given: dict[str, Any], tmp_path: Path, _name: str, content: bytes | None, said: str
) -> None:
    file = tmp_path / "policy.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ValidationError) as refused:
        TransferSettings(**(given | {"transfer_policy": file}))
    assert said in "\n".join(complaints(refused.value))


@pytest.mark.parametrize("name", ["hold_minutes", "offer_minutes", "candidates", "asked_at_once"])
def test_a_number_that_makes_no_sense_is_refused(given: dict[str, Any], name: str) -> None:
    with pytest.raises(ValidationError):
        TransferSettings(**(given | {name: 0}))
