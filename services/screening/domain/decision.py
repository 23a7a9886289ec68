"""A nurse's decision: what is recorded beside the destination, and when a reason is due (004 マニュアル 参考③; めやす).

The guide is a めやす: the nurse may decide otherwise, with a reason, and both stay on record (K4-068). She may also
decide while the guide still asks (somebody who cannot wait): that is a decision without a suggestion, so it takes a
reason as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.screening.domain.guide import Guide
from services.screening.domain.suggest import Ask, Context, Decided, suggest
from shared.contracts.places import Place
from shared.contracts.screening_screening import DecisionWords, ScreeningDecided, Suggestion
from shared.kernel.errors import Invalid, Refused


@dataclass(frozen=True, kw_only=True)
class Details:
    """What a decision holds besides the destination; codes as the event says. `reason` is one of `codes.DIFFERS`."""

    reason: str | None = None
    emergency_admission: bool = False
    admission_kind: str | None = None
    interim: str | None = None
    groups: tuple[str, ...] = ()
    aids: tuple[str, ...] = ()
    high_risk: bool = False
    companion: bool = False
    urgent: bool = False
    again_at: datetime | None = None
    explained: bool | None = None
    agreed: bool | None = None
    household: UUID | None = None
    place: Place | None = None
    policy: str = ""
    words: DecisionWords | None = None


def answers_that_fit(guide: Guide, answers: Mapping[str, str]) -> dict[str, str]:
    """Return those answers that this guide can read: what was answered to a guide before it may not stand in it."""
    known = {question.code: {answer.code for answer in question.answers} for question in guide.questions}
    return {code: answer for code, answer in answers.items() if answer in known.get(code, ())}


def recorded(suggestion: Decided | Ask, context: Context) -> Suggestion:
    """Return a suggestion as the decision's event keeps it."""
    if isinstance(suggestion, Ask):
        return Suggestion(
            guide=suggestion.guide,
            welfare_open=context.welfare_open,
            row=suggestion.rows[0] if len(suggestion.rows) == 1 else None,
            ask=suggestion.questions,
            meanwhile=suggestion.safest_meanwhile,
        )
    return Suggestion(
        guide=suggestion.guide,
        welfare_open=context.welfare_open,
        row=suggestion.row,
        destinations=suggestion.destinations or suggestion.nurse_decides_between,
        nurse_decides=bool(suggestion.nurse_decides_between),
        also_right=suggestion.also_right,
        candidates=suggestion.candidates,
        now=suggestion.now,
        awaited=suggestion.awaited,
    )


def decided(
    nurse: str,
    destination: str,
    answers: Mapping[str, str],
    guide: Guide,
    context: Context,
    details: Details,
    *,
    round_: int,
) -> ScreeningDecided:
    """Return the event of a decision.

    Raises `Refused("screening.reason-missing", candidates=…, ask=…)` where it differs from the guide, or comes before
    the guide could say, and no reason is given; `Invalid("screening.admission-kind-missing")` where it is not said
    how somebody is admitted (K4-076); `Invalid("screening.not-an-admission")` where what only an admission has is
    said of another destination.
    """
    admissions = guide.destination(destination).kinds
    if admissions and details.admission_kind not in admissions:
        raise Invalid("screening.admission-kind-missing", allowed=list(admissions))
    if not admissions and (details.admission_kind or details.emergency_admission):
        raise Invalid("screening.not-an-admission", destination=destination)
    fitting = answers_that_fit(guide, answers)
    suggestion = suggest(guide, fitting, context)
    said = recorded(suggestion, context)
    differs = destination not in said.candidates
    if differs and details.reason is None:
        raise Refused("screening.reason-missing", candidates=list(said.candidates), ask=list(said.ask))
    return ScreeningDecided(
        nurse=nurse,
        destination=destination,
        suggestion=said,
        answers=fitting,
        differs=differs,
        reason=details.reason,
        emergency_admission=details.emergency_admission,
        admission_kind=details.admission_kind,
        interim=details.interim,
        groups=details.groups,
        aids=details.aids,
        high_risk=details.high_risk,
        companion=details.companion,
        urgent=details.urgent or said.now,
        again_at=details.again_at,
        explained=details.explained,
        agreed=details.agreed,
        household=details.household,
        place=details.place,
        policy=details.policy,
        round=round_,
        words=details.words,
    )
