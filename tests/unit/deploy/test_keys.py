"""`tsunagi keys`: every secret of a deployment, made once."""

import base64
from pathlib import Path

import pytest
from typer.testing import CliRunner

from shared.platform.tokens import LocalVerifier, read_public_key
from tsunagi.commands import load_all
from tsunagi.stack.databases import logins
from tsunagi.stack.layout import SERVICES

LOGINS = {login for service in SERVICES for login in logins(service)}


def tsunagi(*arguments: str) -> str:
    answer = CliRunner().invoke(load_all(), arguments)
    assert answer.exit_code == 0, answer.output
    return answer.stdout.strip()


def test_it_makes_each_login_a_password_and_the_keys(tmp_path: Path) -> None:
    tsunagi("keys", str(tmp_path / "secrets"))

    files = {file.name: file.read_bytes() for file in (tmp_path / "secrets").iterdir()}
    assert files.keys() == LOGINS | {"postgres", "kek", "token-key.pem", "token-signing-key.pem"}
    assert len({files[login] for login in LOGINS}) == 16, "no two have the same"
    assert len(base64.b64decode(files["kek"])) == 32


def test_only_its_owner_enters_the_folder_while_a_container_reads_the_files(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir(mode=0o755)
    tsunagi("keys", str(folder))

    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o444}


@pytest.mark.parametrize("lost", ["intake_api", "kek", "token-key.pem"])
def test_what_is_there_is_never_changed(tmp_path: Path, lost: str) -> None:
    tsunagi("keys", str(tmp_path))
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    (tmp_path / lost).unlink()

    said = tsunagi("keys", str(tmp_path))

    changed = {file.name for file in tmp_path.iterdir() if before[file.name] != file.read_bytes()}
    assert changed == {lost, *(["token-signing-key.pem"] if lost == "token-key.pem" else [])}
    assert lost in said


def test_a_trials_token_is_signed_with_them(tmp_path: Path) -> None:
    tsunagi("keys", str(tmp_path))
    token = tsunagi("token", "--role", "ward-hq", "--ward", "28106", "--key", str(tmp_path / "token-signing-key.pem"))

    caller = LocalVerifier(read_public_key(tmp_path / "token-key.pem")).caller(f"Bearer {token}")

    assert caller.wards == frozenset({"28106"})
