"""The way in for a developer names what is there: commits, files, targets."""

import re
import subprocess

import pytest

from tsunagi.docs.__main__ import PROJECT

TEXT = (PROJECT / "docs" / "contributing.md").read_text("utf-8")
COMMITS = sorted(set(re.findall(r"<!--commit-->`([0-9a-f]{7,40})`", TEXT)))
PATHS = sorted(set(re.findall(r"`((?:shared|services|tests|tsunagi|docs|deploy)/[\w./-]+)`", TEXT)))
LINKS = sorted(set(re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", TEXT)))


def git(*arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(PROJECT), *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


@pytest.mark.parametrize("commit", COMMITS)
def test_a_commit_that_is_named_is_in_the_history(commit: str) -> None:
    if git("rev-parse", "--is-shallow-repository") != "false":
        pytest.skip("no whole history of git is here")
    assert git("merge-base", commit, "HEAD"), f"{commit} is not there"
    assert git("merge-base", commit, "HEAD") == git("rev-parse", commit), f"{commit} is not of this history"


@pytest.mark.parametrize("path", PATHS)
def test_a_file_that_is_named_is_there(path: str) -> None:
    assert (PROJECT / path).exists()


@pytest.mark.parametrize("link", LINKS)
def test_a_link_leads_somewhere(link: str) -> None:
    assert (PROJECT / "docs" / link).exists()


def test_an_event_a_command_and_a_page_are_each_shown_by_a_commit() -> None:
    for heading in ("Add an event", "Add a command", "Add a page"):
        section = TEXT.partition(f"## {heading}\n")[2].partition("\n## ")[0]
        assert "<!--commit-->" in section, heading


def test_every_folder_of_tests_is_explained() -> None:
    folders = {file.name for file in (PROJECT / "tests").iterdir() if file.is_dir() and any(file.rglob("test_*.py"))}
    assert folders <= set(re.findall(r"^\| `tests/(\w+)` \|", TEXT, re.MULTILINE))
