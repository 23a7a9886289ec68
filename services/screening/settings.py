"""Screening's configuration: what the platform needs, and the rules as data that a city puts in place of ours."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field, PrivateAttr, model_validator

from services.screening.domain.considerations import Considerations, kobe_considerations
from services.screening.domain.follow_up import Policy, load_policy, usual_policy
from services.screening.domain.guide import Guide, kobe_2022, load_guide
from services.screening.domain.guides import read
from services.screening.domain.risk import RiskRules, load_risk_rules, risk_rules
from shared.kernel.errors import Invalid
from shared.platform.settings import PlatformSettings

T = TypeVar("T")


class ScreeningSettings(PlatformSettings):
    """Each file replaces what comes with the software; one that is faulty is refused whole, and the process with it.

    `TSUNAGI_GUIDE_FILE`: the destination guide (めやす). `TSUNAGI_RISK_FILE`: the order of the queue.
    `TSUNAGI_CONSIDERATIONS_FILE`: what to heed for the attention groups (別紙). `TSUNAGI_FOLLOW_UP_FILE`: what facts
    do to a screening, and when somebody is looked at again.
    `TSUNAGI_AGAIN_HOURS`: hours in place of those of that policy, for every destination that has some.
    `TSUNAGI_WELFARE_OPEN_LEAST`: how many 福祉避難所 must be open for the guide to count on them (K4-079).
    `TSUNAGI_WELFARE_OPEN_WITHIN`: whether they are counted in the whole city, or in the person's ward.
    """

    guide_file: Path | None = None
    risk_file: Path | None = None
    considerations_file: Path | None = None
    follow_up_file: Path | None = None
    again_hours: Annotated[float, Field(gt=0, le=24 * 365)] | None = None
    welfare_open_least: Annotated[int, Field(ge=1, le=10_000)] = 1
    welfare_open_within: Literal["city", "ward"] = "city"

    _guide: Guide = PrivateAttr(default_factory=kobe_2022)
    _risk: RiskRules = PrivateAttr(default_factory=risk_rules)
    _considerations: Considerations = PrivateAttr(default_factory=kobe_considerations)
    _follow_up: Policy = PrivateAttr(default_factory=usual_policy)

    @model_validator(mode="after")
    def _read_files(self) -> "ScreeningSettings":
        if self.guide_file is not None:
            self._guide = _file("TSUNAGI_GUIDE_FILE", self.guide_file, load_guide)
        if self.risk_file is not None:
            self._risk = _file("TSUNAGI_RISK_FILE", self.risk_file, load_risk_rules)
        if self.considerations_file is not None:
            self._considerations = _file("TSUNAGI_CONSIDERATIONS_FILE", self.considerations_file, _considerations)
        if self.follow_up_file is not None:
            self._follow_up = _file("TSUNAGI_FOLLOW_UP_FILE", self.follow_up_file, load_policy)
        return self

    @property
    def guide(self) -> Guide:
        """The destination guide in use."""
        return self._guide

    @property
    def risk(self) -> RiskRules:
        """The risk rules in use."""
        return self._risk

    @property
    def considerations(self) -> Considerations:
        """The considerations in use."""
        return self._considerations

    @property
    def follow_up(self) -> Policy:
        """The follow-up policy in use."""
        return self._follow_up


def _considerations(raw: bytes) -> Considerations:
    return read(raw, Considerations)


def _file(name: str, path: Path, load: Callable[[bytes], T]) -> T:
    try:
        return load(path.read_bytes())
    except OSError as error:
        raise ValueError(f"{name} cannot be read: {error.strerror}") from None
    except Invalid as problem:
        raise ValueError(f"{name}: {problem.code} {problem.details}") from None
