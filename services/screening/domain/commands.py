"""What can be asked of a screening. Each command says who asks; a nurse is named by her token's id, never by a name."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from services.screening.domain.decision import Details
from services.screening.domain.guide import Guide
from services.screening.domain.risk import Risk
from services.screening.domain.suggest import Context
from shared.contracts.places import Place
from shared.contracts.screening_screening import CallWords


@dataclass(frozen=True)
class Request:
    """Let the person wait for a nurse: from a fact (by `policy`), or because somebody asks.

    `anew`: questions of the guide whose earlier answers count no more, where this begins a new round.
    """

    reason: str
    risk: Risk
    household: UUID | None = None
    place: Place | None = None
    observations: tuple[str, ...] = ()
    anew: tuple[str, ...] = ()
    policy: str = ""


@dataclass(frozen=True)
class Take:
    """Take the person; `over`: also from another nurse, who is told so by the record."""

    nurse: str
    over: bool = False


@dataclass(frozen=True)
class Release:
    nurse: str
    reason: str | None = None


@dataclass(frozen=True)
class RecordCall:
    """A telephone call was tried: whom for (`codes.CALLED`), and how it went (`codes.CALL_OUTCOME`)."""

    by: str
    outcome: str
    called: str | None = None
    words: CallWords | None = None


@dataclass(frozen=True)
class OrderVisit:
    """Send a nurse there: this one, or whoever of the team accepts (None)."""

    by: str
    nurse: str | None = None


@dataclass(frozen=True)
class AcceptVisit:
    nurse: str


@dataclass(frozen=True)
class MakeVisit:
    """Somebody was there; `nurse` where `by` only keyed it in."""

    by: str
    outcome: str
    nurse: str | None = None
    words: CallWords | None = None


@dataclass(frozen=True)
class Answer:
    """Answers to the guide's questions; None and "unknown" take an answer back."""

    nurse: str
    answers: Mapping[str, str | None]
    guide: Guide
    words: CallWords | None = None


@dataclass(frozen=True)
class Decide:
    """The nurse decides. What the guide says to the answers is reckoned here, never taken from a client."""

    nurse: str
    destination: str
    guide: Guide
    context: Context
    details: Details


@dataclass(frozen=True)
class End:
    """Nothing more is to be done: `nurse` says so, or (None) a fact does (`policy` names what read it so)."""

    reason: str
    nurse: str | None = None
    policy: str = ""


@dataclass(frozen=True)
class Consult:
    """健康相談: somebody of the health team talked with the person, screened or not (K4-095)."""

    observations: tuple[str, ...] = ()
    words: CallWords | None = None


Command = Request | Take | Release | RecordCall | OrderVisit | AcceptVisit | MakeVisit | Answer | Decide | End | Consult
