"""Topic `screening.screening`: a nurse's screening of one person. Keyed by person; the stream is the person's, too."""

from uuid import UUID

import msgspec

from shared.contracts.event import Event, Instant, Words, event
from shared.contracts.places import Place

TOPIC = "screening.screening"


@event("tsunagi.screening.screening.requested.v1", TOPIC)
class ScreeningRequested(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A person waits for a nurse: why (a code of `codes.SCREENING_REASON`), and how urgent (risk rules, versioned)."""

    reason: str
    risk: str
    urgent: bool = False
    runs_out_at: Instant | None = None
    """When the power or the medicine of the person runs out, whichever is first (K4-105)."""
    rules: str = ""
    because: str = ""
    """Which of the risk rules was met."""
    rank: int | None = None
    """Its place among the rules: 0 comes first."""
    raised: bool = False
    """The person waits, or is with a nurse, already: the same round goes on, more urgent than before."""
    observations: tuple[str, ...] = ()
    """What whoever asked had seen (`codes.OBSERVATION`)."""
    anew: tuple[str, ...] = ()
    """Questions of the guide that are asked anew: what was answered to them in an earlier round counts no more."""
    policy: str = ""
    """The policy, with its version, by which a fact led here."""
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


@event("tsunagi.screening.screening.call-attempted.v1", TOPIC)
class CallAttempted(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A telephone call was tried (K4-065): how it went, and whom it was for (`codes.CALL_OUTCOME`, `codes.CALLED`)."""

    outcome: str
    called: str | None = None
    words: CallWords | None = None


@event("tsunagi.screening.screening.visit-ordered.v1", TOPIC)
class VisitOrdered(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A nurse's visit is ordered (004 参考②)."""

    nurse: str | None = None


@event("tsunagi.screening.screening.visit-accepted.v1", TOPIC)
class VisitAccepted(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A nurse goes there (K4-066)."""

    nurse: str


@event("tsunagi.screening.screening.visit-made.v1", TOPIC)
class VisitMade(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The visit was made: met, absent … (`codes.VISIT_OUTCOME`), by which nurse where the actor only keyed it in."""

    outcome: str
    nurse: str | None = None
    words: CallWords | None = None


@event("tsunagi.screening.screening.consulted.v1", TOPIC)
class HealthConsulted(Event, frozen=True, kw_only=True, omit_defaults=True):
    """健康相談: somebody of the health team talked with an evacuee, screened or not (K4-095)."""

    observations: tuple[str, ...] = ()
    """What was seen (`codes.OBSERVATION`)."""
    words: CallWords | None = None


@event("tsunagi.screening.screening.answered.v1", TOPIC)
class ScreeningAnswered(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Answers to questions of the guide, by code. A later answer to the same question replaces the earlier one."""

    answers: dict[str, str]
    guide: str = ""
    """The guide, with its version, whose questions these are: kobe-2022@1."""
    words: CallWords | None = None


class Suggestion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the guide (めやす) said: version and row, or the questions still to ask.

    `destinations` all fit together or, with `nurse_decides`, are those between which the nurse decides (※2).
    """

    guide: str
    """Guide and version: kobe-2022@1."""
    welfare_open: bool = False
    """福祉避難所 had been opened: what the guide took from the city, not from the person (K4-079)."""
    row: str | None = None
    destinations: tuple[str, ...] = ()
    nurse_decides: bool = False
    also_right: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    """All that could be chosen without a reason."""
    now: bool = False
    """An ambulance, without waiting for anything."""
    ask: tuple[str, ...] = ()
    awaited: tuple[str, ...] = ()
    """Questions whose answer counts only until a better one comes (the doctor's)."""
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
    """Where it differs: a code of `codes.DIFFERS`; the words are sealed."""
    emergency_admission: bool = False
    admission_kind: str | None = None
    """入所 or ショートステイ (`codes.ADMISSION`, K4-076)."""
    interim: str | None = None
    """Where the person waits for the move: usually welfare-space (K4-103)."""
    groups: tuple[str, ...] = ()
    """Attention groups, by which shelters say whom they receive."""
    aids: tuple[str, ...] = ()
    """What the drive needs: wheelchair, stretcher, device."""
    high_risk: bool = False
    """Ventilator, 重症心身障害: a welfare vehicle in any case (K4-128)."""
    companion: bool = False
    urgent: bool = False
    """The move cannot wait: an ambulance, or a risk that counts as urgent when it was decided."""
    again_at: Instant | None = None
    """When the person is to be screened again at the latest."""
    policy: str = ""
    """The policy, with its version, that set this time."""
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
    policy: str = ""
    """The policy, with its version, by which a fact led here."""
