"""The front desk of a ward headquarters takes in the survey sheets, so that somebody has each (004 マニュアル2)."""

from uuid import UUID

from tsunagi.drill.player.bell import attend
from tsunagi.drill.player.callers import headquarters
from tsunagi.drill.player.stage import Stage

SELDOM = 2.0
AT_ONCE = 100


class FrontDesk:
    """The front desk of one ward."""

    def __init__(self, stage: Stage, ward: str) -> None:
        self._stage = stage
        self._ward = ward
        self._who = headquarters(ward)
        self._taken: set[UUID] = set()

    async def run(self) -> None:
        """Take sheets in, for ever."""
        await attend(self._stage.bells["sheets", self._ward], self.look, soon=0.8, seldom=SELDOM)

    def held(self) -> int:
        """Return how many things are held in mind: those that the last look showed, and no others."""
        return len(self._taken)

    async def look(self) -> int:
        """Take in what has come; return how many sheets that were."""
        stage = self._stage
        page = await stage.client.get(
            self._who, "casework", "/handoffs", kind="sheet-to-hq", state="open", ward=self._ward, limit=AT_ONCE
        )
        open_ = {UUID(row["handoff"]) for row in page["items"]}
        self._taken &= open_  # what is no longer open need not be known
        new = open_ - self._taken
        if new:
            body = {"handoffs": [str(one) for one in sorted(new)]}
            command = stage.command("sheets", self._ward, *sorted(new))
            await stage.send(self._who, "casework", "/handoffs/take", body, command)
            self._taken.update(new)
        return 0  # no more often than seldom: sheets come all the time
