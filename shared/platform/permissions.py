"""Who may do what: roles, callers, and the table of permissions of a service (design, decision 8).

What no row allows is refused. A row says for each role how far it reaches: everywhere, in its wards, for its
facilities, for its transport partners, or only for what is the caller's own.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, get_args
from uuid import UUID

from shared.contracts.codes import ROLE
from shared.kernel.errors import Forbidden

Role = Literal[
    "shelter-staff",
    "site-manager",
    "ward-hq",
    "city-hq",
    "nurse",
    "facility",
    "partner",
    "caseworker",
    "conference-member",
    "analyst",
    "auditor",
    "operator",
]
ROLES: tuple[Role, ...] = get_args(Role)

Scope = Literal["any", "ward", "facility", "partner", "self"]
"""any: everywhere. ward: in the caller's wards. facility: what concerns one of the caller's facilities (shelters
are facilities too). partner: what was offered to one of the caller's partners. self: what is the caller's own."""

_SCOPE_JA: Mapping[Scope, str] = {
    "any": "全市",
    "ward": "担当の区",
    "facility": "担当の施設",
    "partner": "自社への依頼",
    "self": "自分の担当",
}

_SCOPE_EN: Mapping[Scope, str] = {
    "any": "everywhere in the city",
    "ward": "in the wards of the token (`*`: all of them)",
    "facility": "what concerns the facilities of the token (shelters are facilities too)",
    "partner": "what was offered to the transport partners of the token",
    "self": "only what is the caller's own",
}


class Caller(NamedTuple):
    """Who is calling, as a verified token says."""

    id: str
    roles: frozenset[str]
    wards: frozenset[str] | None = frozenset()
    """JIS codes of wards; None: all of the city (`"*"` in a token), and what has no ward yet."""
    facilities: frozenset[UUID] = frozenset()
    partners: frozenset[str] = frozenset()


class Within(NamedTuple):
    """How far a caller reaches in one action: what a list is filtered by. A row counts if any one part matches."""

    everything: bool = False
    wards: tuple[str, ...] = ()
    facilities: tuple[UUID, ...] = ()
    partners: tuple[str, ...] = ()
    own: str | None = None
    """The caller's id, where what is the caller's own is within reach."""

    def holds(
        self,
        *,
        ward: str | None = None,
        wards: Collection[str | None] = (),
        facility: UUID | None = None,
        facilities: Collection[UUID] = (),
        partner: str | None = None,
        owner: str | Collection[str] | None = None,
    ) -> bool:
        """Say whether something in this ward, of this facility, partner or owner is within reach."""
        if self.everything or ward in self.wards or facility in self.facilities or partner in self.partners:
            return True
        if any(one in self.wards for one in wards) or any(one in self.facilities for one in facilities):
            return True
        if owner is None:
            return False
        return self.own == owner if isinstance(owner, str) else self.own in owner


class Permission:
    """One action, and the roles that may do it, each with its scope.

    `Permission("placement.answer", {"facility": "facility", "ward-hq": "ward", "city-hq": "any"}, ja=…, en=…)`, or
    the roles as a set with one scope for all: `Permission("board.read", {"ward-hq", "city-hq"}, "any", ja=…, en=…)`.
    """

    __slots__ = ("action", "en", "ja", "roles")

    def __init__(
        self, action: str, roles: Mapping[Role, Scope] | Collection[Role], scope: Scope = "any", *, ja: str, en: str
    ) -> None:
        """Raises ValueError on a role or scope that does not exist, or where nobody may."""
        self.action = action
        pairs = roles.items() if isinstance(roles, Mapping) else [(role, scope) for role in sorted(roles)]
        self.roles: Mapping[str, Scope] = dict[str, Scope](pairs)
        self.ja = ja
        self.en = en
        if not self.roles or not self.roles.keys() <= set(ROLES):
            raise ValueError(f"{action}: {sorted(self.roles)} are not roles of ours")
        if unknown := set(self.roles.values()) - set(get_args(Scope)):
            raise ValueError(f"{action}: there is no scope {', '.join(unknown)}")

    def __repr__(self) -> str:
        return f"Permission({self.action!r}, {dict(self.roles)})"

    def within(self, caller: Caller) -> Within:
        """Return how far the caller reaches in this action. Raises `Forbidden` where no role of theirs may do it."""
        scopes = {self.roles[role] for role in caller.roles if role in self.roles}
        if not scopes:
            raise Forbidden("access.denied", action=self.action)
        return Within(
            everything="any" in scopes or ("ward" in scopes and caller.wards is None),
            wards=tuple(sorted(caller.wards or ())) if "ward" in scopes else (),
            facilities=tuple(sorted(caller.facilities)) if "facility" in scopes else (),
            partners=tuple(sorted(caller.partners)) if "partner" in scopes else (),
            own=caller.id if "self" in scopes else None,
        )


def permission_table(permissions: Iterable[Permission]) -> dict[str, Permission]:
    """Return the permissions by their actions. Raises ValueError where two rows have one action."""
    table: dict[str, Permission] = {}
    for permission in permissions:
        if permission.action in table:
            raise ValueError(f"two permissions for {permission.action}")
        table[permission.action] = permission
    return table


def permissions_table(services: Mapping[str, Sequence[Permission]]) -> str:
    """Return the permissions of all services as Markdown, for docs/permissions.md."""
    lines = [
        "What no row allows is refused. Each cell says how far the role reaches:",
        "",
        *(f"- **{scope}**: {ja}, {_SCOPE_EN[scope]}" for scope, ja in _SCOPE_JA.items()),
        "",
        "Roles: " + "; ".join(f"`{role}` {ROLE.label(role, 'ja')} ({ROLE.label(role, 'en')})" for role in ROLES) + ".",
    ]
    for service, permissions in services.items():
        used = [role for role in ROLES if any(role in one.roles for one in permissions)]
        lines += ["", f"## {service}", "", f"| action | 操作 | what | {' | '.join(used)} |"]
        lines.append("|---|---|---" + "|---" * len(used) + "|")
        lines += [
            f"| `{one.action}` | {one.ja} | {one.en} | {' | '.join(one.roles.get(role, '') for role in used)} |"
            for one in permissions
        ]
    return "\n".join(lines) + "\n"
