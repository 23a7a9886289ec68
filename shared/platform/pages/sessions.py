"""Sessions by cookie: who signed in on this browser, until when. A page's session belongs to one service.

A sign-in link carries a code in its fragment, which no server on the way sees; it is exchanged once, by POST, since
mail scanners open links (design, decision 8). What the cookie holds is a secret; the database keeps its digest.
Sessions use real time.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from starlette.requests import Request

from shared.kernel.errors import Forbidden, Unauthenticated
from shared.platform.clock import real_now
from shared.platform.pages.forms import FORM, read_form
from shared.platform.permissions import Caller
from shared.platform.postgres import Database, Session
from shared.platform.tokens import caller_of

LASTS: Final = timedelta(hours=12)
"""A shift: nobody stays signed in on a shared tablet for longer."""
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_FIELD: Final = "csrf"
_HEADER: Final = "x-csrf"
_LONGEST: Final = 200


class Opened(NamedTuple):
    """A session that was just opened: what the cookie is to hold, and until when."""

    secret: str
    ends: datetime


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


async def invite(session: Session, claims: Mapping[str, Any], lasts: timedelta = LASTS) -> str:
    """Return a code that signs somebody in once, as who these claims speak of, within `lasts` (real time).

    `claims` are those of a token: sub, roles, wards, facilities, partners. Raises `Unauthenticated` on malformed ones.
    """
    caller_of(claims)
    code, now = secrets.token_urlsafe(16), real_now()
    await session.execute("DELETE FROM sign_ins WHERE ends < $1", now)
    await session.execute(
        "INSERT INTO sign_ins (digest, claims, ends) VALUES ($1, $2, $3)", _digest(code), dict(claims), now + lasts
    )
    return code


class Sessions:
    """The sessions of one service. Cookies do not know ports: its cookie bears the service's name."""

    def __init__(self, database: Database, service: str, *, secure: bool) -> None:
        self._database = database
        self.secure = secure
        self.cookie = f"__Secure-tsunagi-{service}" if secure else f"tsunagi-{service}"

    async def open(self, code: str) -> Opened:
        """Exchange a code for a session, once. Raises `Unauthenticated("sign-in.invalid" | "sign-in.used")`."""
        secret, now = secrets.token_urlsafe(32), real_now()
        ends = now + LASTS
        async with self._database.transaction() as session:
            claims = await session.fetchval(
                "UPDATE sign_ins SET used_at = $2 WHERE digest = $1 AND used_at IS NULL AND ends > $2 RETURNING claims",
                _digest(code),
                now,
            )
            if claims is None:
                used = await session.fetchval("SELECT used_at FROM sign_ins WHERE digest = $1", _digest(code))
                raise Unauthenticated("sign-in.invalid" if used is None else "sign-in.used")
            await session.execute("DELETE FROM sessions WHERE ends < $1", now)
            await session.execute(
                "INSERT INTO sessions (digest, claims, began, ends) VALUES ($1, $2, $3, $4)",
                _digest(secret),
                claims,
                now,
                ends,
            )
        return Opened(secret, ends)

    async def caller(self, request: Request) -> Caller | None:
        """Say who signed in; None where the request carries no session.

        Raises `Unauthenticated("token.invalid")` where it has ended, `Forbidden("page.foreign")` where a command does
        not come from a page of ours.
        """
        secret = self._secret(request)
        if secret is None:
            return None
        async with self._database.session() as session:
            claims = await _claims(session, secret)
        if claims is None:
            raise Unauthenticated("token.invalid")
        if request.method not in _SAFE:
            await check_origin(request, secret)
        request.scope["tsunagi.session"] = secret
        return caller_of(claims)

    async def close(self, request: Request) -> None:
        """End the session that the request carries. Raises `Forbidden` where it does not come from a page of ours."""
        secret = self._secret(request)
        if secret is None:
            return
        await check_origin(request, secret)
        async with self._database.session() as session:
            await session.execute("DELETE FROM sessions WHERE digest = $1", _digest(secret))

    def _secret(self, request: Request) -> str | None:
        secret = request.cookies.get(self.cookie)
        return secret if secret and len(secret) <= _LONGEST else None


async def _claims(session: Session, secret: str) -> Mapping[str, Any] | None:
    claims: Mapping[str, Any] | None = await session.fetchval(
        "SELECT claims FROM sessions WHERE digest = $1 AND ends > $2", _digest(secret), real_now()
    )
    return claims


def csrf_of(request: Request) -> str:
    """Return what the forms of this session's pages carry; empty where nobody is signed in."""
    secret: str | None = request.scope.get("tsunagi.session")
    return "" if secret is None else _csrf(secret)


def _csrf(secret: str) -> str:
    return hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest()


async def check_origin(request: Request, secret: str) -> None:
    """Raise `Forbidden("page.foreign")` unless a command comes from a page of ours, with that session's token."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    given = request.headers.get(_HEADER)
    if given is None and request.headers.get("content-type", "").partition(";")[0] == FORM:
        given = (await read_form(request)).get(_FIELD, "")
    if site not in {"same-origin", "none"} or not hmac.compare_digest((given or "").encode(), _csrf(secret).encode()):
        raise Forbidden("page.foreign")
