"""Configuration: each bad variable is named, and no value is shown."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.platform.kafka import Access
from shared.platform.settings import PlatformSettings, read_settings

SECRET = "hunter2"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kek = tmp_path / "kek"
    kek.write_text("AAAA")
    monkeypatch.setenv("TSUNAGI_DATABASE_URL", f"postgresql://intake:{SECRET}@127.0.0.1:5432/intake")
    monkeypatch.setenv("TSUNAGI_KEK_FILE", str(kek))


def complaint(capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as exit_:
        read_settings(PlatformSettings)
    assert exit_.value.code == 78
    return capsys.readouterr().err


def test_with_a_database_and_a_key_all_else_has_a_default() -> None:
    settings = read_settings(PlatformSettings)

    assert settings.kafka == "127.0.0.1:9092"
    assert settings.clock().rate == 1.0
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("DATABASE_URL", f"postgresql://x:{SECRET}@h:1/", "expected postgresql://"),
        ("DATABASE_URL", f"{SECRET}", "expected postgresql://"),
        ("KAFKA", "", "expected host:port"),
        ("KAFKA", "a:1,b", "expected host:port"),
        ("KAFKA", "a:99999", "expected host:port"),
        ("CITY", "Kobe", "pattern"),
        ("PORT", "70000", "65535"),
        ("LOG_LEVEL", "LOUD", "'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("CLOCK_EPOCH", "2026-11-21T09:00:00", "timezone"),
        ("CLOCK_RATE", "0", "greater than 0"),
        ("DRILL", "maybe", "boolean"),
        ("FAILPOINT", "nowhere", "there are api.after-commit, relay.after-send, worker.after-effect"),
        ("FAILPOINT", "relay.after-send:0", "from 1"),
    ],
)
def test_a_bad_variable_is_named_with_what_is_expected_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(f"TSUNAGI_{name}", value)

    said = complaint(capsys)

    assert said.startswith(f"configuration: TSUNAGI_{name}: ")
    assert expected in said
    assert SECRET not in said


def test_every_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("TSUNAGI_DATABASE_URL")
    monkeypatch.delenv("TSUNAGI_KEK_FILE")

    assert complaint(capsys).splitlines() == [
        "configuration: TSUNAGI_DATABASE_URL: is not set",
        "configuration: TSUNAGI_KEK_FILE: is not set",
    ]


def test_in_earnest_the_time_is_the_time(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("TSUNAGI_CLOCK_RATE", "60")
    assert "only a drill" in complaint(capsys)

    monkeypatch.setenv("TSUNAGI_DRILL", "1")
    monkeypatch.setenv("TSUNAGI_CLOCK_STARTED", "2026-11-21T00:00:00Z")
    monkeypatch.setenv("TSUNAGI_CLOCK_EPOCH", "2027-01-17T05:46:00+09:00")
    clock = read_settings(PlatformSettings).clock()
    assert (clock.rate, clock.epoch) == (60, datetime(2027, 1, 16, 20, 46, tzinfo=UTC))


def test_a_password_can_stand_in_a_file_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("p@ss/w:rd\n")
    monkeypatch.setenv("TSUNAGI_DATABASE_URL", "postgresql://intake_api@postgres:5432/intake")
    monkeypatch.setenv("TSUNAGI_DATABASE_PASSWORD_FILE", str(file))

    settings = read_settings(PlatformSettings)

    assert settings.database_url == "postgresql://intake_api:p%40ss%2Fw%3Ard@postgres:5432/intake"
    assert "p@ss" not in repr(settings)


def test_but_not_in_the_url_as_well(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "password").write_text(SECRET)
    monkeypatch.setenv("TSUNAGI_DATABASE_PASSWORD_FILE", str(tmp_path / "password"))

    said = complaint(capsys)

    assert "TSUNAGI_DATABASE_PASSWORD_FILE: expected postgresql://user@host" in said
    assert SECRET not in said


def test_a_password_file_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TSUNAGI_DATABASE_PASSWORD_FILE", str(tmp_path / "nothing"))

    assert "TSUNAGI_DATABASE_PASSWORD_FILE: expected a file that can be read" in complaint(capsys)


def test_a_user_of_kafka_has_a_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TSUNAGI_KAFKA_USER", "intake-relay")
    assert "one needs the other" in complaint(capsys)

    (tmp_path / "password").write_text(f"{SECRET}\n")
    monkeypatch.setenv("TSUNAGI_KAFKA_PASSWORD_FILE", str(tmp_path / "password"))
    access = read_settings(PlatformSettings).brokers
    assert access == Access("127.0.0.1:9092", None, "intake-relay", SECRET)
    assert access.protocol == "SASL_PLAINTEXT"
    assert SECRET not in repr(access)


@pytest.mark.parametrize("path", ["intake", "/", "/intake/", "/in take", "//intake", "/intake?x"])
def test_a_root_path_begins_with_a_slash_and_ends_without(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    monkeypatch.setenv("TSUNAGI_ROOT_PATH", path)

    assert "TSUNAGI_ROOT_PATH: expected a path as /intake" in complaint(capsys)
