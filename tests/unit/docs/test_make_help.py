"""`make help` explains every target, one line each."""

import re
import subprocess

from tsunagi.docs.__main__ import PROJECT

MAKEFILE = (PROJECT / "Makefile").read_text("utf-8")


def test_every_target_of_make_has_its_line_in_the_help() -> None:
    declared = re.findall(r"^\.PHONY:((?:.*\\\n)*.*)", MAKEFILE, re.MULTILINE)
    targets = " ".join(declared).replace("\\", " ").split()
    assert "setup-dev" in targets
    printed = subprocess.run(["make", "-s", "help"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    lines = printed.splitlines()
    told = [re.fullmatch(r"  make ([\w-]+) +(\S.*)", line) for line in lines]
    assert all(told), "one line each"
    assert sorted(one[1] for one in told if one) == sorted(targets)
    assert len({one.start(2) for one in told if one}) == 1, "aligned"
