"""The command `tsunagi`, run on the running stack as an operator runs it."""

import asyncio
import json
import sys
from typing import Any, NamedTuple

from tsunagi.stack.layout import PROJECT
from tsunagi.stack.stack import Stack


class Ran(NamedTuple):
    """What came of it; `printed` is standard output, `said` the rest."""

    code: int
    printed: bytes
    said: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.printed)


async def tsunagi(stack: Stack, *words: str) -> Ran:
    """Run `tsunagi` with these words on this stack."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tsunagi", *words, "--stack", str(stack.folder)),
        cwd=PROJECT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, said = await process.communicate()
    return Ran(process.returncode or 0, printed, said)
