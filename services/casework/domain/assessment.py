"""Assessment on two axes (000 アセスメント): a scheme, as versioned data, says the class and the rhythm of visits.

The four classes are an example of the seed; a city may define its own scheme. The version stands in each result.
"""

from functools import cache
from typing import Any

import msgspec

from services.casework.domain.schemes import packaged
from shared.kernel.errors import Invalid

Answers = dict[str, tuple[str, ...]]


class Axis(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one axis asks."""

    ja: str
    en: str


class Class(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A class: the answers that lead to it (any of `when`), whether support continues, and how often to visit."""

    code: str
    ja: str
    en: str
    continues: bool
    visit_every_days: int | None
    when: tuple[Answers, ...]


class Scheme(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A scheme; the first class that matches is the result. `isolated_visit_every_days`: at the longest where the
    person is isolated (孤立)."""

    version: str
    title: str
    source: str
    axes: dict[str, Axis]
    classes: tuple[Class, ...]
    isolated_visit_every_days: int | None = None

    def classify(self, housing: str, living: str) -> Class:
        """Return the class of these answers. Raises `Invalid("assessment.no-class")` where the scheme has none."""
        answers = {"housing": housing, "living": living}
        for one in self.classes:
            for when in one.when:
                if all(answers.get(axis) in wanted for axis, wanted in when.items()):
                    return one
        raise Invalid("assessment.no-class", housing=housing, living=living, scheme=self.version)

    def rhythm(self, result: Class, *, isolated: bool) -> int | None:
        """Return after how many days a visit is due again; None: none is planned."""
        if not isolated or self.isolated_visit_every_days is None or not result.continues:
            return result.visit_every_days
        return min(result.visit_every_days or self.isolated_visit_every_days, self.isolated_visit_every_days)


def read_scheme(raw: bytes) -> Scheme:
    """Read a scheme. Raises `Invalid("scheme.unreadable", reason=…)`."""
    try:
        scheme = msgspec.json.decode(raw, type=Scheme)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid("scheme.unreadable", reason=str(error)) from None
    known = set(scheme.axes)
    asked: set[Any] = {axis for one in scheme.classes for when in one.when for axis in when}
    if known != {"housing", "living"} or not asked <= known:
        raise Invalid("scheme.unreadable", reason="a scheme has the axes housing and living")
    return scheme


@cache
def packaged_scheme() -> Scheme:
    """The scheme that comes with the software."""
    return read_scheme(packaged("two-axes-1"))
