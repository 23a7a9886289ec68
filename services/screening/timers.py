"""What falls due: to be screened again after a set time, and to be more urgent because something runs out."""

from typing import Any
from uuid import UUID

from services.screening import handlers, queries
from services.screening.handlers import RISK
from services.screening.projection import AGAIN
from services.screening.settings import ScreeningSettings
from shared.platform.parts import Parts
from shared.platform.postgres import Session
from shared.platform.store import Origin
from shared.platform.timers import Timers


async def again(parts: Parts, session: Session, subject: UUID, payload: dict[str, Any], origin: Origin) -> None:
    """Let a person wait again who was decided and has not arrived: the time that the decision set is over."""
    stands = await queries.here(session, subject)
    if stands is not None and stands.standing == "decided" and stands.round == payload.get("round"):
        policy = parts.policy(ScreeningSettings).follow_up.key
        await handlers.request(parts, session, subject, "due", origin, policy=policy)


async def risk(parts: Parts, session: Session, subject: UUID, _: dict[str, Any], origin: Origin) -> None:
    """Reckon anew how urgent somebody is who waits: power or medicine is nearer to its end than it was (K4-105)."""
    stands = await queries.here(session, subject)
    if stands is not None and stands.standing in ("waiting", "taken"):
        policy = parts.policy(ScreeningSettings).follow_up.key
        await handlers.request(parts, session, subject, stands.reason, origin, policy=policy)


TIMERS: Timers = {AGAIN: again, RISK: risk}
