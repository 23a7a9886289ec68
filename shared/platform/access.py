"""What a route is handed: a caller who may do this action, and how far they reach. What no table allows is refused.

@router.post("/placements/{placement}/accept", **action("placement.accept"))
async def accept(placement: UUID, call: Annotated[Call, Depends(allow("placement.accept"))]) -> Answer:
    …
    call.reach(facility=found.facility, ward=found.ward)
"""

import functools
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import Depends, Request

from shared.kernel.errors import Forbidden
from shared.platform.answers import Answer, answer
from shared.platform.exchange import CALL
from shared.platform.origin import read_origin
from shared.platform.parts import Parts
from shared.platform.permissions import Caller, Permission, Role, Scope, Within, permission_table, permissions_table
from shared.platform.store import Origin
from shared.platform.tokens import Verifier, verified

__all__ = [
    "Answer",
    "Call",
    "Caller",
    "Permission",
    "Role",
    "Scope",
    "Within",
    "action",
    "allow",
    "answer",
    "permission_table",
    "permissions_table",
    "public",
]

ACTION = "x-action"
PUBLIC = "x-public"


class Call:
    """One call of an action that the caller's role allows; what it concerns is still to be reached (`reach`)."""

    __slots__ = ("_request", "_within", "caller", "now", "parts", "permission", "scoped")

    def __init__(self, request: Request, parts: Parts, permission: Permission, caller: Caller) -> None:
        """Raises `Forbidden` where no role of the caller may do this."""
        self._request = request
        self._within = permission.within(caller)
        self.parts = parts
        self.permission = permission
        self.caller = caller
        self.now: datetime = parts.clock.now()
        self.scoped = self._within.everything
        """Whether the route has asked how far this caller reaches; the outermost layer sends no answer without that."""

    def within(self) -> Within:
        """Return how far this caller reaches: lists show what any one part of it holds."""
        self.scoped = True
        return self._within

    def wards(self) -> list[str] | None:
        """Return the wards that a list is to be filtered by; None: all of them."""
        within = self.within()
        return None if within.everything else list(within.wards)

    def reach(
        self,
        *,
        ward: str | None = None,
        wards: Collection[str | None] = (),
        facility: UUID | None = None,
        facilities: Collection[UUID] = (),
        partner: str | None = None,
        owner: str | Collection[str] | None = None,
    ) -> None:
        """Raise `Forbidden` unless something of this ward, facility, partner or owner (actor id) is within reach.

        Give all that is known of it: one match is enough, by a role whose scope is of that kind.
        """
        if not self.within().holds(
            ward=ward, wards=wards, facility=facility, facilities=facilities, partner=partner, owner=owner
        ):
            raise Forbidden("access.denied", action=self.permission.action)

    def origin(self, *, ward: str | None = None, disaster: UUID | None = None, corrects: UUID | None = None) -> Origin:
        """Return the origin of what this command makes, from its headers. Raises `Invalid` on a bad one."""
        return read_origin(
            self._request.scope["headers"],
            self.caller,
            self.parts.clock,
            ward=ward,
            disaster=disaster,
            corrects=corrects,
        )


class Allow:
    """The dependency that admits a caller to one action."""

    def __init__(self, action: str) -> None:
        self.action = action

    async def __call__(self, request: Request) -> Call:
        state = request.app.state
        verifier: Verifier = state.verifier
        table: Mapping[str, Permission] = state.permissions
        authorization = request.headers.get("authorization")
        sessions = state.sessions
        caller = await sessions.caller(request) if sessions is not None and authorization is None else None
        if caller is None:
            caller = await verified(verifier, authorization)
        permission = table.get(self.action)
        if permission is None:  # the check at startup makes sure that there is one
            raise Forbidden("access.denied", action=self.action)
        call = Call(request, state.parts, permission, caller)
        request.scope[CALL] = call
        return call


@functools.cache
def allow(action: str) -> Allow:
    """Return the dependency that admits callers to this action (the same one every time, so it runs once a call).

    Raises `Unauthenticated` without a good token, `Forbidden` where no role of the caller may do it.
    """
    return Allow(action)


def action(name: str, **told: Any) -> dict[str, Any]:
    """Return what a route's decorator is given: which action it is, and that callers are admitted to it.

    `told` goes into the operation of the OpenAPI document: a `requestBody` that the route reads for itself.
    """
    return {"openapi_extra": {ACTION: name, **told}, "dependencies": [Depends(allow(name))]}


def public() -> dict[str, Any]:
    """Return what the decorator of a route is given that needs no token."""
    return {"openapi_extra": {PUBLIC: True}}
