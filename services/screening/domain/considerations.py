"""What to heed for a person of an attention group (004 別紙 要援護者ごとの配慮事項): the nine groups, as data."""

from collections.abc import Iterable
from functools import cache

import msgspec

from services.screening.domain.guides import packaged, read
from shared.kernel.errors import NotFound


class Consideration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing to do or to heed, word by word; `notes` are its ※."""

    code: str
    text: str
    notes: tuple[str, ...] = ()


class AttentionGroup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A group. A code in `certain` brings a person in; one in `possible` does where it stays open which group is meant
    (⑬イ「身体」may be sight, hearing or limbs). `everybody`: 共通."""

    code: str
    title: str
    considerations: tuple[Consideration, ...]
    certain: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()
    everybody: bool = False


class Considerations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All groups, in the order of the document."""

    id: str
    version: int
    title: str
    based_on: str
    note: str
    groups: tuple[AttentionGroup, ...]

    def group(self, code: str) -> AttentionGroup:
        """Return the group of that code. Raises `NotFound("guide.entry-unknown")`."""
        for group in self.groups:
            if group.code == code:
                return group
        raise NotFound("guide.entry-unknown")


@cache
def kobe_considerations() -> Considerations:
    """Return the considerations that come with the software."""
    return read(packaged("considerations-kobe-2022"), Considerations)


def groups_of(codes: Iterable[str], considerations: Considerations | None = None) -> tuple[str, ...]:
    """Return the attention groups of a person, in the document's order, 共通 always among them (K4-044).

    `codes` are all that is known of the person: ⑬, aids, ways to communicate, observations, age band, groups
    received. A code that leaves the kind of disability open brings in every group it may mean, unless another code
    tells which: better to read too much than to miss what counts. Codes that no group knows are passed over.
    """
    known = frozenset(codes)
    groups = (considerations or kobe_considerations()).groups
    certain = {group.code for group in groups if group.everybody or known.intersection(group.certain)}
    open_ = {code for code in known if certain.isdisjoint(group.code for group in groups if code in group.possible)}
    return tuple(g.code for g in groups if g.code in certain or open_.intersection(g.possible))
