"""Transfer's configuration: what the platform needs, and how long somebody is waited for."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, PrivateAttr, model_validator

from services.transfer.domain.policy import Policy, kobe_2022, read_policy
from shared.kernel.errors import Invalid
from shared.platform.settings import PlatformSettings

Minutes = Annotated[float, Field(gt=0, le=7 * 24 * 60)]


class TransferSettings(PlatformSettings):
    """All numbers are [O], for the city to set; times are of the stack's clock.

    `TSUNAGI_HOLD_MINUTES`: how long a facility has to answer, and a place is held for it.
    `TSUNAGI_OFFER_MINUTES`: the same for a partner who is offered a drive.
    `TSUNAGI_AUTO_NEXT`: after a refusal or a silence the next candidate is asked without waiting for HQ.
    `TSUNAGI_CANDIDATES`: how many are shown at most.
    `TSUNAGI_ASKED_AT_ONCE`: how many facilities one person may be asked of at the same time.
    `TSUNAGI_REFILL_AT_ONCE`: how many waiting persons are asked for in one transaction when places appear.
    `TSUNAGI_ARRIVAL_DUE_MINUTES`: an arrival not reported so long after the planned time is overdue (K4-118).
    `TSUNAGI_MOVE_DUE_MINUTES`: the same, counted from the acceptance, where no trip is planned.
    `TSUNAGI_TRANSFER_POLICY`: a file in place of the policy that comes with the software.
    """

    hold_minutes: Minutes = 30
    offer_minutes: Minutes = 15
    auto_next: bool = True
    candidates: Annotated[int, Field(ge=1, le=50)] = 10
    asked_at_once: Annotated[int, Field(ge=1, le=10)] = 3
    refill_at_once: Annotated[int, Field(ge=1, le=100)] = 10
    arrival_due_minutes: Minutes = 30
    move_due_minutes: Minutes = 120
    transfer_policy: Path | None = None

    _rules: Policy = PrivateAttr(default_factory=kobe_2022)

    @model_validator(mode="after")
    def _read_policy(self) -> "TransferSettings":
        if self.transfer_policy is not None:
            try:
                self._rules = read_policy(self.transfer_policy.read_bytes())
            except OSError as error:
                raise ValueError(f"TSUNAGI_TRANSFER_POLICY cannot be read: {error.strerror}") from None
            except Invalid as problem:
                raise ValueError(f"TSUNAGI_TRANSFER_POLICY: {problem.code} {problem.details}") from None
        return self

    @property
    def rules(self) -> Policy:
        """Return the policy in use."""
        return self._rules
