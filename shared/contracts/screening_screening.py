"""Topic `screening.screening`: a nurse's screening of one person. Keyed by person; the stream is the person's, too."""

from datetime import datetime
from uuid import UUID

import msgspec

from shared.contracts.event import Event, Words, event
from shared.contracts.places import Place

TOPIC = "screening.screening"


@event("tsunagi.screening.screening.requested.v1", TOPIC)
class ScreeningRequested(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A person waits for a nurse: why (a code of `codes.SCREENING_REASON`), and how urgent (risk rules, versioned)."""

    reason: str
    risk: str
    urgent: bool = False
    runs_out_at: datetime | None = None
    """When the power or the medicine of the person runs out, whichever is first (K4-105)."""
    rules: str = ""
    household: UUID | None = None
    place: Place | None = None
    round: int = 1


@event("tsunagi.screening.screening.taken.v1", TOPIC)
class ScreeningTaken(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A nurse has this person; no other nurse rings up meanwhile."""

    nurse: str


@event("tsunagi.screening.screening.released.v1", TOPIC)
class ScreeningReleased(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The nurse put the person back into the queue (担当を戻す)."""

    nurse: str
    reason: str | None = None


class CallWords(Words, frozen=True, kw_only=True, omit_defaults=True):
    with_whom: str | None = None
    note: str | None = None


@event("tsunagi.screening.screening.called.v1", TOPIC)
class CallAttempted(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A telephone call was tried: reached, no-answer, engaged, advice (#7119) … (K4-065)."""

    outcome: str
    words: CallWords | None = None


@event("tsunagi.screening.screening.visit-ordered.v1", TOPIC)
class VisitOrdered(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A nurse's visit is ordered (004 参考②)."""

    nurse: str | None = None


@event("tsunagi.screening.screening.visit-made.v1", TOPIC)
class VisitMade(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The visit was made: met, absent."""

    outcome: str
    words: CallWords | None = None


@event("tsunagi.screening.screening.answered.v1", TOPIC)
class ScreeningAnswered(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Answers to questions of the guide, by code. A later answer to the same question replaces the earlier one."""

    answers: dict[str, str]
    words: CallWords | None = None


class Suggestion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the guide (めやす) said: version and row, or the questions still to ask."""

    guide: str
    row: str | None = None
    destinations: tuple[str, ...] = ()
    nurse_decides: bool = False
    ask: tuple[str, ...] = ()
    meanwhile: str | None = None


class DecisionWords(Words, frozen=True, kw_only=True, omit_defaults=True):
    condition: str | None = None
    """The person's condition, for the shelter that is asked."""
    reason: str | None = None
    """Why the nurse decided otherwise than the guide."""
    carer: str | None = None


@event("tsunagi.screening.screening.decided.v1", TOPIC)
class ScreeningDecided(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The nurse decided the destination (the software only suggests, K4-067)."""

    nurse: str
    destination: str
    suggestion: Suggestion
    answers: dict[str, str] = {}
    differs: bool = False
    reason: str | None = None
    """Where it differs: a code; the words are sealed."""
    emergency_admission: bool = False
    admission_kind: str | None = None
    interim: str | None = None
    """Where the person waits for the move: usually welfare-space (K4-103)."""
    groups: tuple[str, ...] = ()
    """Attention groups, by which shelters say whom they receive."""
    aids: tuple[str, ...] = ()
    """What the drive needs: wheelchair, stretcher, device."""
    high_risk: bool = False
    """Ventilator, 重症心身障害: a welfare vehicle in any case (K4-128)."""
    companion: bool = False
    explained: bool | None = None
    agreed: bool | None = None
    """The purpose and the way of deciding were explained, and the person agrees (K4-094)."""
    household: UUID | None = None
    place: Place | None = None
    round: int = 1
    words: DecisionWords | None = None


@event("tsunagi.screening.screening.ended.v1", TOPIC)
class ScreeningEnded(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The person needs no screening any more: left, hospital, died, merged, not-needed."""

    reason: str
