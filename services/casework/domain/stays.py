"""Where a person stayed from when until when, in the sense of happening (入所・一時外出・退所).

A stay goes on while the person is out for a while, and until a hospital has them: as the board counts. What came late
or was corrected has settled before it comes here (`domain.timeline`), so that a stay begins and ends where it belongs.
"""

from datetime import datetime
from uuid import UUID

import msgspec

STAYING = frozenset(("present", "out", "ambulance"))
"""In which of `Journey.presence` a person is counted at the place that is theirs."""


class Stay(msgspec.Struct, kw_only=True):
    """One stay of one person at one place (`place_kind` is a code of `codes.PLACE`), from `since` until `until`.

    `stay` is the id of the event that began it; `until` is None while it lasts; `ward` is the ward that was
    responsible for the person during it, the last one of several.
    """

    stay: UUID
    place_kind: str
    shelter: UUID | None
    ward: str | None
    since: datetime
    until: datetime | None = None

    @property
    def place(self) -> tuple[str, UUID | None]:
        """What makes it another stay: the kind of place, and which shelter."""
        return self.place_kind, self.shelter


def move(stays: list[Stay], place: tuple[str, UUID | None] | None, event: UUID, at: datetime, ward: str | None) -> None:
    """End the stay that lasts, and begin one at another place (None: nowhere that counts), in place.

    Instants ascend. What began and ended at one instant never was: its last fact stands.
    """
    if stays and stays[-1].until is None:
        stays[-1].until = at
        if stays[-1].since >= at:
            stays.pop()
    if place is None:
        return
    last = stays[-1] if stays else None
    if last is not None and last.until == at and last.place == place:
        last.until, last.ward = None, ward  # gone and back at one instant is not gone
        return
    stays.append(Stay(stay=event, place_kind=place[0], shelter=place[1], ward=ward, since=at))
