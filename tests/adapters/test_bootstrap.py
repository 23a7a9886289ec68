"""`make setup` on a machine where something is missing says so in a sentence."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bootstrap() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", PROJECT / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("printed", "sentence"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "hash differs"),
        ("NewConnectionError('Temporary failure in name resolution')", "Check the network"),
        ("ERROR: No matching distribution found for uvloop==0.23.0", "could not be found"),
        ("PermissionError: [Errno 13] Permission denied: '.venv'", "cannot be written to"),
        ("something nobody has thought of", "its last lines:\n  something nobody"),
    ],
)
def test_why_a_step_failed(bootstrap: ModuleType, printed: str, sentence: str) -> None:
    assert sentence in bootstrap.why(printed)


def test_an_old_python_is_named_with_what_is_needed(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "OLDEST", (4, 0))
    with pytest.raises(SystemExit):
        bootstrap.main("stack")
    assert "tsunagi needs Python 3.11 or newer; this is 3." in capsys.readouterr().err


def test_what_is_set_up_already_takes_no_time() -> None:
    done = subprocess.run(
        [sys.executable, "bootstrap.py", "dev"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout == ""


def test_no_lock_names_a_host_or_takes_a_package_without_its_hash() -> None:
    for lock in ("requirements.lock", "requirements-stack.lock", "requirements-dev.lock"):
        text = (PROJECT / lock).read_text()
        assert "://" not in text
        packages = text.count("==") - text.count("python_full_version ==")
        assert packages > 50
        assert text.count("--hash=sha256:") >= packages
