"""The processes of a rebuild, as whoever began them sees them: who reads what, who folds what, and that all end."""

import asyncio
import contextlib
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Self

import msgspec

import services
from services.casework.rebuilding.buckets import NOTHING
from services.casework.rebuilding.told import Answer, Command, Failed, Fold, Folded, Moved, Place, Read, Setup, WasRead
from shared.platform.logread import Extent

_LINE = 16 << 20
_MOST_AT_ONCE = 12_000
"""Messages that a hand folds at once: it holds all of them, and what they come to."""
_ROOT = Path(services.__path__[0]).parent


class HandLost(Exception):
    """A process of the rebuild could not go on, or is gone; `args[0]` says why."""


class Hand:
    """One process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def begin(cls, setup: Setup) -> Self:
        """Start it. Its password goes by its standard input, which others cannot read."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "services.casework.rebuilding.hand",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            pass_fds=setup.files,
            cwd=_ROOT,
            limit=_LINE,
            start_new_session=True,  # a Ctrl-C is for whoever began it
        )
        hand = cls(process)
        await hand._tell(setup)
        return hand

    async def _tell(self, said: Setup | Command) -> None:
        assert self._process.stdin is not None  # noqa: S101 - it was asked for
        with contextlib.suppress(ConnectionError):  # then its output ends, too
            self._process.stdin.write(msgspec.json.encode(said) + b"\n")
            await self._process.stdin.drain()

    async def ask(self, command: Command) -> AsyncIterator[Answer]:
        """Yield its answers up to the one that ends the command. Raises `HandLost`."""
        assert self._process.stdout is not None  # noqa: S101 - it was asked for
        await self._tell(command)
        while line := await self._process.stdout.readline():
            answer: Answer = msgspec.json.decode(line, type=Answer)
            if isinstance(answer, Failed):
                raise HandLost(answer.reason)
            yield answer
            if not isinstance(answer, Moved):
                return
        raise HandLost(f"a process of the rebuild ended ({await self._process.wait()})")

    async def end(self) -> None:
        """End it, whatever it does."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()


class Laid:
    """What the hands have laid down: where each bucket's segments end in each file, and how large it is."""

    def __init__(self, files: int, buckets: int) -> None:
        self.last = [[NOTHING] * files for _ in range(buckets)]
        self.counts = [0] * buckets

    def note(self, file: int, was_read: WasRead) -> None:
        for bucket, (last, count) in enumerate(zip(was_read.last, was_read.counts, strict=True)):
            self.last[bucket][file] = last
            self.counts[bucket] += count

    def parts(self, skip: list[Place]) -> Iterator[Fold]:
        """Yield what is to be folded, the largest first."""
        for bucket in sorted(range(len(self.counts)), key=self.counts.__getitem__, reverse=True):
            parts = -(-self.counts[bucket] // _MOST_AT_ONCE)
            for part in range(parts):
                yield Fold(bucket, part, parts, self.last[bucket], skip)


class Hands:
    """All of them."""

    def __init__(self, hands: list[Hand]) -> None:
        self._hands = hands
        self._laid = Laid(len(hands), 0)

    @classmethod
    @contextlib.asynccontextmanager
    async def begin(cls, setup: Setup, many: int) -> AsyncIterator[Self]:
        """Start that many processes with a file each, in the system's temporary folder; at the end all are gone."""
        with contextlib.ExitStack() as open_:
            files = [open_.enter_context(tempfile.TemporaryFile(prefix="tsunagi-")).fileno() for _ in range(many)]
            hands: list[Hand] = []
            try:
                for n in range(many):
                    own_first = files[n:] + files[:n]
                    hands.append(await Hand.begin(msgspec.structs.replace(setup, files=own_first)))
                yield cls(hands)
            finally:
                await asyncio.gather(*(hand.end() for hand in hands))

    @property
    def messages(self) -> int:
        """How many messages are laid down."""
        return sum(self._laid.counts)

    async def read(self, extent: Extent, buckets: int, moved: Callable[[int], None]) -> None:
        """Have the log read, each partition (of whatever topic) by one hand. Raises `HandLost`."""
        self._laid = Laid(len(self._hands), buckets)

        async def work(n: int, hand: Hand) -> None:
            mine = [(*place, *ends) for place, ends in extent.items() if place[1] % len(self._hands) == n]
            async for answer in hand.ask(Read(mine, buckets)):
                if isinstance(answer, Moved):
                    moved(answer.messages)
                elif isinstance(answer, WasRead):
                    self._laid.note(n, answer)

        await self._all(work)

    async def fold(self, skip: list[Place], folded: Callable[[Folded], None]) -> None:
        """Have everything folded. Raises `HandLost`."""
        left = self._laid.parts(skip)

        async def work(n: int, hand: Hand) -> None:
            for command in left:
                last = command.last[n:] + command.last[:n]  # as its files are: its own first
                async for answer in hand.ask(msgspec.structs.replace(command, last=last)):
                    if isinstance(answer, Folded):
                        folded(answer)

        await self._all(work)

    async def _all(self, work: Callable[[int, Hand], Awaitable[None]]) -> None:
        await asyncio.gather(*(work(n, hand) for n, hand in enumerate(self._hands)))


def as_many_as_cores() -> int:
    """Return how many processes a rebuild should have: as many as there are cores to use, eight at the most."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, 8))
