"""Tokens: signed statements of who is calling, with which roles and how far they reach (design, decision 8).

A local stack signs its own (`tsunagi token`) with an Ed25519 key that nothing but a local stack accepts; a real
deployment trusts an OIDC provider (`jwks.py`). Tokens use real time, never the stack's clock.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from shared.kernel.errors import Unauthenticated
from shared.platform.permissions import ROLES, Caller, Role

LOCAL_ISSUER: Final = "urn:tsunagi:local"
AUDIENCE: Final = "tsunagi"
LOCAL_ALGORITHM: Final = "EdDSA"
REMEMBERED: Final = 4096
"""So many verified tokens are remembered at most; the one unused for longest goes first."""
LONGEST: Final = 8192
"""Characters of an Authorization header; a longer one is no token of ours."""


class KeyNotHere(Exception):
    """The token names a key that this process has not fetched yet: `refresh`, and try again."""


class Verifier(Protocol):
    """Says who is calling."""

    def caller(self, authorization: str | bytes | None) -> Caller:
        """Read an `Authorization` header. Raises `Unauthenticated("token.missing" | "token.invalid")`, `KeyNotHere`."""
        ...

    async def refresh(self) -> bool:
        """Fetch the keys anew, where there are any to fetch. Say whether it is worth trying the token again."""
        ...

    async def open(self) -> None:
        """Begin to keep the keys fresh."""
        ...

    async def close(self) -> None:
        """Stop that."""
        ...


async def verified(verifier: Verifier, authorization: str | bytes | None) -> Caller:
    """Say who is calling; where the token's key is not here yet, fetch it first. Raises `Unauthenticated`."""
    try:
        return verifier.caller(authorization)
    except KeyNotHere:
        if await verifier.refresh():
            try:
                return verifier.caller(authorization)
            except KeyNotHere:
                pass
        raise Unauthenticated("token.invalid") from None


class Remembered:
    """Verified tokens by the bytes of their header, until they end."""

    def __init__(
        self, check: Callable[[str], Mapping[str, Any]], most: int = REMEMBERED, *, leeway: float = 0.0
    ) -> None:
        """`check` verifies a token and returns its claims (with `exp`), or raises. `leeway`: seconds past its end."""
        self._check = check
        self._most = most
        self._leeway = leeway
        self._known: OrderedDict[str | bytes, tuple[float, Caller]] = OrderedDict()

    def caller(self, authorization: str | bytes | None) -> Caller:
        if authorization is None:
            raise Unauthenticated("token.missing")
        known = self._known.get(authorization)
        if known is not None:
            if time.time() < known[0]:
                self._known.move_to_end(authorization)
                return known[1]
            del self._known[authorization]
            raise Unauthenticated("token.invalid")
        claims = self._check(_bearer(authorization))
        caller = caller_of(claims)
        self._known[authorization] = (float(claims["exp"]) + self._leeway, caller)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return caller

    def forget(self) -> None:
        """Verify every token anew from now on (a key was withdrawn)."""
        self._known.clear()


def _bearer(authorization: str | bytes) -> str:
    if len(authorization) > LONGEST:
        raise Unauthenticated("token.invalid")
    text = authorization.decode("latin-1") if isinstance(authorization, bytes) else authorization
    scheme, _, token = text.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("token.missing")
    return token.strip()


def caller_of(claims: Mapping[str, Any]) -> Caller:
    """Return the caller that these verified claims speak of. Raises `Unauthenticated` where they are malformed.

    Roles that this release does not know are left out; a claim that is absent reaches nothing.
    """
    subject, roles, wards = claims.get("sub"), claims.get("roles", []), claims.get("wards", [])
    facilities, partners = claims.get("facilities", []), claims.get("partners", [])
    if not isinstance(subject, str) or not 0 < len(subject) <= 200:
        raise Unauthenticated("token.invalid")
    if not all(_texts(one) for one in (roles, facilities, partners)) or not (wards == "*" or _texts(wards)):
        raise Unauthenticated("token.invalid")
    try:
        return Caller(
            id=subject,
            roles=frozenset(roles) & frozenset[str](ROLES),
            wards=None if wards == "*" else frozenset(wards),
            facilities=frozenset(UUID(one) for one in facilities),
            partners=frozenset(partners),
        )
    except ValueError:
        raise Unauthenticated("token.invalid") from None


def _texts(claim: object) -> bool:
    return isinstance(claim, list) and all(isinstance(one, str) for one in claim)


class LocalVerifier:
    """Verifies what `sign` made, with the public key of the local stack."""

    def __init__(self, key: Ed25519PublicKey, most: int = REMEMBERED) -> None:
        self._key = key
        self._remembered = Remembered(self._claims, most)
        self.caller = self._remembered.caller

    def _claims(self, token: str) -> Mapping[str, Any]:
        try:
            return jwt.decode(
                token,
                self._key,
                algorithms=[LOCAL_ALGORITHM],
                audience=AUDIENCE,
                issuer=LOCAL_ISSUER,
                options={"require": ["exp", "iat", "sub", "aud", "iss"]},
            )
        except jwt.PyJWTError:
            raise Unauthenticated("token.invalid") from None

    async def refresh(self) -> bool:
        """There is one key, and it is here."""
        return False

    async def open(self) -> None:
        """There is nothing to keep fresh."""

    async def close(self) -> None:
        """There is nothing to stop."""


def read_public_key(path: Path) -> Ed25519PublicKey:
    """Read the key that local tokens are checked with. Raises ValueError where the file holds no Ed25519 key."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except ValueError as error:
        raise ValueError(f"{path} holds no public key in PEM") from error
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError(f"{path} holds no Ed25519 key")  # noqa: TRY004 - a bad file, not a mistake in code
    return key


def read_signing_key(path: Path) -> Ed25519PrivateKey:
    """Read the key that local tokens are signed with. Raises ValueError where the file holds no Ed25519 key."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path} holds no private key in PEM") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path} holds no Ed25519 key")  # noqa: TRY004 - a bad file, not a mistake in code
    return key


def sign(
    key: Ed25519PrivateKey,
    *,
    subject: str,
    roles: Collection[Role],
    wards: Sequence[str] | str = (),
    facilities: Collection[UUID] = (),
    partners: Collection[str] = (),
    lifetime: timedelta = timedelta(hours=12),
    now: datetime | None = None,
) -> str:
    """Sign a token of a local stack. `wards` are JIS codes, or `"*"` for all; `now` is real time.

    Raises ValueError on a role that does not exist.
    """
    if unknown := set(roles) - set(ROLES):
        raise ValueError(f"there is no role {', '.join(sorted(unknown))}")
    if isinstance(wards, str) and wards != "*":
        raise ValueError('wards are a list of codes, or "*"')
    issued = now or datetime.now(UTC)
    claims = {
        "iss": LOCAL_ISSUER,
        "aud": AUDIENCE,
        "sub": subject,
        "iat": int(issued.timestamp()),
        "exp": int((issued + lifetime).timestamp()),
        "roles": sorted(roles),
        "wards": "*" if wards == "*" else sorted(wards),
        "facilities": sorted(str(one) for one in facilities),
        "partners": sorted(partners),
    }
    return jwt.encode(claims, key, algorithm=LOCAL_ALGORITHM)
