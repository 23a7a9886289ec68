"""Set up the virtual environment from a hashed lock: `python bootstrap.py stack|dev`, called by `make setup`.

Runs before anything is installed, and on Pythons that are too old, to say so: only the standard library here, and
only syntax that Python 2.7 can read. What is in place already (known by a stamp: the hash of the lock,
of the project's tables and the Python's version) is left alone, so a second run takes no time.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys

OLDEST = (3, 11)
HERE = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(HERE, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
LOG = os.path.join(VENV, "setup.log")
# Which lock, and which other level it contains.
LEVELS = {"stack": "requirements-stack.lock", "dev": "requirements-dev.lock"}
CONTAINS = {"stack": ["stack"], "dev": ["dev", "stack"]}

CAUSES = [
    (
        r"No space left on device|Errno 28",
        "The disk is full. Setting up needs about 1 GB; make room and run `make setup` again: it goes on from here.",
    ),
    (
        r"DO NOT MATCH THE HASHES",
        "A downloaded package is not the one that the lock names (its hash differs), so it was not installed. "
        "Try again; if it happens again, your package index or proxy serves something else.",
    ),
    (
        r"resolution|NewConnectionError|Connection|timed out|ProxyError|SSLError|CERTIFICATE|HTTP error|IncompleteRead",
        "A download failed. Check the network (and the proxy, if you need one) and run `make setup` again: "
        "what has been fetched is kept.",
    ),
    (
        r"No matching distribution found|Could not find a version",
        "A package could not be found: the package index cannot be reached, does not have it, "
        "or has none for this system and Python.",
    ),
    (r"Permission denied|Read-only file system", "The folder of the project cannot be written to."),
]


def fail(sentence):
    sys.stderr.write("\nsetup: " + sentence + "\n")
    sys.exit(1)


def say(sentence):
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


def why(text):
    """Say in a sentence why a step failed, from what it printed."""
    for pattern, sentence in CAUSES:
        if re.search(pattern, text):
            return sentence
    return "A step failed; its last lines:\n  " + "\n  ".join(text.strip().splitlines()[-12:])


def read(name):
    with open(os.path.join(HERE, name)) as file:
        return file.read()


def venv_version():
    """Return the version of the Python in `.venv`, () where there is none."""
    try:
        found = re.search(r"^version\s*=\s*(\d+)\.(\d+)", read(os.path.join(".venv", "pyvenv.cfg")), re.M)
    except (IOError, OSError):
        found = None
    return tuple(map(int, found.groups())) if found else ()


def stamp_of(level):
    # What is installed depends on these tables only, not on how a linter is set.
    tables = re.findall(
        r"^\[(?:build-system|project|tool\.setuptools).*?(?=^\[|\Z)", read("pyproject.toml"), re.M | re.S
    )
    text = repr(venv_version()) + read(LEVELS[level]) + "".join(tables)
    return hashlib.sha256(text.encode()).hexdigest()


def stamp_file(level):
    return os.path.join(VENV, ".setup-" + level)


def is_done(level):
    try:
        return read(stamp_file(level)) == stamp_of(level) and os.path.exists(PYTHON)
    except (IOError, OSError):
        return False


def locked_count(lock):
    return len(re.findall(r"^[A-Za-z0-9]", read(lock), re.M))


def run(arguments, expected=0):
    """Run a step, its output to the log, its progress to the terminal; leave with a sentence if it fails."""
    terminal = sys.stdout.isatty()
    lines, seen = [], 0
    try:
        with open(LOG, "a") as log:
            step = subprocess.Popen(
                arguments, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True
            )
            for line in step.stdout:
                log.write(line)
                lines.append(line)
                found = re.match(r"Collecting ([^\s=<>;]+)", line)
                if found:
                    seen += 1
                    if terminal:
                        sys.stdout.write("\r\033[K  [{}/{}] {}".format(seen, expected, found.group(1)))
                        sys.stdout.flush()
                    elif seen % 20 == 0:
                        say("  [{}/{}] {}".format(seen, expected, found.group(1)))
                elif seen and line.startswith("Installing collected"):
                    say(("\r\033[K" if terminal else "") + "  [{}] installing".format(seen))
            code = step.wait()
    except OSError as error:
        fail(why(str(error)))
    if code:
        fail(why("".join(lines[-60:])) + "\n(everything it printed: .venv/setup.log)")


def works(python):
    """Say whether this Python runs and has pip: one that was moved or upgraded away does not."""
    try:
        asked = subprocess.Popen([python, "-c", "import pip"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        asked.communicate()
    except OSError:
        return False
    return asked.returncode == 0


def make_venv():
    """Make `.venv`, or keep the one that is there if it is new enough and works."""
    if venv_version() >= OLDEST and works(PYTHON):
        return
    if os.path.exists(VENV):
        say("The .venv is of an old Python or broken: making it anew.")
    version = "{}.{}".format(*sys.version_info[:2])
    say("Making .venv with Python " + version)
    try:
        shutil.rmtree(VENV, ignore_errors=True)
        made = subprocess.Popen(
            [sys.executable, "-m", "venv", VENV],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            universal_newlines=True,
        )
        text = made.communicate()[0]
    except OSError as error:
        fail(why(str(error)))
    if made.returncode:
        if "ensurepip" in text or "No module named venv" in text:
            fail(
                "This Python comes without venv or pip. On Debian and Ubuntu: apt install python3-venv; "
                "or name another Python: make setup PYTHON=python3.12"
            )
        fail(why(text))


def install(level):
    lock = LEVELS[level]
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input"]
    say("Installing {} pinned packages ({})".format(locked_count(lock), lock))
    run(pip + ["install", "--require-hashes", "--only-binary=:all:", "-r", lock], locked_count(lock))
    run(pip + ["install", "--no-deps", "--no-build-isolation", "--no-index", "--editable", "."])
    for done in CONTAINS[level]:
        with open(stamp_file(done), "w") as file:
            file.write(stamp_of(done))


def main(level):
    if sys.version_info < OLDEST:
        fail(
            "tsunagi needs Python 3.11 or newer; this is {}. ".format(sys.version.split()[0])
            + "Install one, or name it: make setup PYTHON=/path/to/python3.12"
        )
    if is_done(level):
        return
    with open(os.path.join(HERE, ".setup.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two setups at once would undo each other
        if is_done(level):
            return
        make_venv()
        install(level)
    say("Set up: .venv/bin/tsunagi --help")


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except KeyboardInterrupt:
        fail("stopped; run it again and it goes on from here.")
