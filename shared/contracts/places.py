"""Where somebody is, as every topic says it."""

from uuid import UUID

import msgspec


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place: a shelter (and where in it, ⑩), home, a car elsewhere, another place, or not known.

    `kind` is a code of `codes.PLACE`; `shelter` a facility of the master, be it a shelter or a welfare shelter;
    `lodging` a code of `codes.LODGING` (⑩ 避難場所, or a room of the shelter: welfare space, infection space).
    """

    kind: str = "unknown"
    shelter: UUID | None = None
    lodging: str | None = None
