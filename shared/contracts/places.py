"""Where somebody is, as every topic says it."""

from uuid import UUID

import msgspec


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place: a shelter (and where in it, ⑩), home, a car elsewhere, another place, or not known.

    `kind` is a code of `codes.PLACE`; `lodging` one of `codes.LODGING` (⑩ 避難場所).
    """

    kind: str = "unknown"
    shelter: UUID | None = None
    lodging: str | None = None
