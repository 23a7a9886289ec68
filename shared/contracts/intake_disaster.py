"""Topic `intake.disaster`: the disaster that records belong to. Keyed by disaster; two can overlap."""

from shared.contracts.event import Event, Instant, event

TOPIC = "intake.disaster"


@event("tsunagi.intake.disaster.declared.v1", TOPIC, published=True)
class DisasterDeclared(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A disaster, or a drill, has begun: its kind (quake, wind-flood), its wards, its name as published."""

    kind: str
    drill: bool
    title: str
    wards: tuple[str, ...] = ()
    began: Instant
    stage: str = "onset"


@event("tsunagi.intake.disaster.stage-changed.v1", TOPIC)
class StageChanged(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Its stage changed: a code of `codes.STAGE`."""

    stage: str
