"""Packages: only what is whole and is what was pinned gets into the cache; what goes wrong is said in a sentence."""

import errno
import hashlib
from pathlib import Path

import pytest

from tsunagi.stack import artifacts, packages
from tsunagi.stack.artifacts import Artifact
from tsunagi.stack.errors import StackError

CONTENT = b"a jar"
PINNED = Artifact("kafka", "org.example:one:1.0", hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(packages, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(packages, "locked", lambda part: [PINNED])
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    return tmp_path / "cache"


def answering(monkeypatch: pytest.MonkeyPatch, *answers: bytes | Exception) -> None:
    """Have every fetch answered with the next of these: bytes to write, or an error to raise half-way."""
    left = list(answers)

    def fetch(artifact: Artifact, folder: Path) -> Path:
        answer = left.pop(0)
        file = folder / artifact.filename
        if isinstance(answer, Exception):
            file.write_bytes(CONTENT[:2])
            raise answer
        file.write_bytes(answer)
        return file

    monkeypatch.setattr(Artifact, "fetch", fetch)


def test_what_was_fetched_is_kept_and_not_fetched_again(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, CONTENT)
    said: list[str] = []

    first = packages.kafka_classpath(said.append)
    again = packages.kafka_classpath(said.append)

    assert first == again == str(cache / "jars" / "one-1.0.jar")
    assert Path(first).read_bytes() == CONTENT
    assert said == ["Kafka: fetching 1 packages, 0 MB", "  [1/1] one-1.0.jar"]


def test_a_broken_download_is_tried_again_and_leaves_nothing_half(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, ConnectionError("reset by peer"), CONTENT)

    packages.kafka_classpath(lambda _: None)

    assert [file.name for file in (cache / "jars").iterdir()] == ["one-1.0.jar"]


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ([ConnectionError("no route")] * 3, "could not be fetched .*no route.* Check the network"),
        ([RuntimeError("not found in remote repositories")] * 3, "could not be fetched .*not found"),
        ([b"another jar"] * 3, "its hash is not the pinned one"),
        ([OSError(errno.ENOSPC, "No space left on device")], "The disk is full"),
    ],
)
def test_what_cannot_be_fetched_is_said_in_a_sentence_and_nothing_is_kept(
    cache: Path, monkeypatch: pytest.MonkeyPatch, answers: list[bytes | Exception], sentence: str
) -> None:
    answering(monkeypatch, *answers)

    with pytest.raises(StackError, match=sentence):
        packages.kafka_classpath(lambda _: None)

    assert list((cache / "jars").iterdir()) == []


def test_a_nearly_full_disk_is_said_before_anything_is_fetched(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda folder: type("Usage", (), {"free": 10}))

    with pytest.raises(StackError, match=r"nearly full.*TSUNAGI_CACHE"):
        packages.kafka_classpath(lambda _: None)


def test_the_pinned_list_has_kafka_and_a_postgresql_for_every_platform() -> None:
    kafka = {one.coordinate for one in artifacts.locked("kafka")}
    assert f"org.apache.kafka:kafka_2.13:{artifacts.KAFKA_VERSION}" in kafka
    for platform in ("linux-amd64", "linux-arm64v8", "darwin-amd64", "darwin-arm64v8"):
        (only,) = artifacts.locked(f"postgres-{platform}")
        assert only.coordinate.endswith(artifacts.POSTGRES_VERSION)
