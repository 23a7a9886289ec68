"""Being asked to end: by Ctrl-C, by SIGTERM, by the closing of the terminal."""

import signal
from types import FrameType, TracebackType
from typing import Self

ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Ended(BaseException):
    """Somebody asked this process to end; `by`: the signal."""

    def __init__(self, by: int) -> None:
        super().__init__(by)
        self.by = by


class Ending:
    """Within `with Ending() as ending`, being asked to end raises `Ended` wherever the main thread stands.

    It counts also in the background: a shell starts what is there with SIGINT ignored, and the system would outlive
    its script. Python throws away what is raised in a destructor or in the callback of a weak reference; therefore
    whoever waits asks as well (`check`), so that being asked once is enough.
    """

    def __init__(self) -> None:
        self._by: int | None = None

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._asked) for number in ASKING}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _asked(self, number: int, _frame: FrameType | None) -> None:
        self._by = number
        raise Ended(number)

    def check(self) -> None:
        """Raise `Ended` if somebody has asked."""
        if self._by is not None:
            raise Ended(self._by)
