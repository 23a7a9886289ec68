"""Tokens of an OIDC provider: verified with the keys that it publishes (RFC 7517), which change from time to time.

The claims that we read (`roles`, `wards`, `facilities`, `partners`) are mapped in the provider's configuration.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Mapping
from typing import Any, Final

import httpx
import jwt
import msgspec

from shared.kernel.errors import Unauthenticated, Unavailable
from shared.platform.settings import PlatformSettings
from shared.platform.tokens import REMEMBERED, KeyNotHere, LocalVerifier, Remembered, Verifier, read_public_key

log = logging.getLogger(__name__)

ALGORITHMS: Final = frozenset(
    {"EdDSA", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"}
)
"""Signatures only: a shared secret (HS…) would let every service sign."""

FRESH: Final = 300.0
"""Seconds after which the keys are fetched again, so that a withdrawn one is believed no longer than this."""
PAUSE: Final = 10.0
"""Seconds between two fetches at least, however many unknown keys are named."""
LEEWAY: Final = 30.0
"""Seconds by which the provider's clock may differ from ours."""


class JwksVerifier:
    """Verifies the tokens of one provider for one audience."""

    def __init__(
        self,
        url: str,
        *,
        issuer: str,
        audience: str,
        client: httpx.AsyncClient | None = None,
        fresh: float = FRESH,
        pause: float = PAUSE,
        most: int = REMEMBERED,
    ) -> None:
        """`url` is the provider's `jwks_uri`."""
        self._url = url
        self._issuer = issuer
        self._audience = audience
        self._client = client or httpx.AsyncClient(timeout=5.0)
        self._fresh = fresh
        self._pause = pause
        self._keys: dict[str | None, jwt.PyJWK] = {}
        self._tried = self._fetched = float("-inf")
        self._fetching = asyncio.Lock()
        self._keeping: asyncio.Task[None] | None = None
        self._remembered = Remembered(self._claims, most, leeway=LEEWAY)
        self.caller = self._remembered.caller

    def _claims(self, token: str) -> Mapping[str, Any]:
        try:
            name = jwt.get_unverified_header(token).get("kid")
            key = self._keys.get(name)
            if key is None:
                raise KeyNotHere(name)
            return jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                audience=self._audience,
                issuer=self._issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "sub", "aud", "iss"]},
            )
        except jwt.PyJWTError:
            raise Unauthenticated("token.invalid") from None

    async def refresh(self) -> bool:
        """Fetch the keys, unless that was done just now. Say whether they were fetched while this waited.

        Raises `Unavailable("server.busy")` where the provider does not answer: no token can be judged then.
        """
        asked = time.monotonic()
        async with self._fetching:
            if self._fetched > asked:
                return True
            if time.monotonic() - self._tried < self._pause:
                if not self._keys:
                    raise Unavailable("server.busy", needs="identity")
                return False
            self._tried = time.monotonic()
            try:
                await self._fetch()
            except (httpx.HTTPError, ValueError, msgspec.MsgspecError) as error:
                log.warning("the identity provider's keys cannot be fetched", extra={"reason": type(error).__name__})
                raise Unavailable("server.busy", needs="identity") from error
            self._fetched = time.monotonic()
            return True

    async def _fetch(self) -> None:
        answer = await self._client.get(self._url, headers={"Accept": "application/json"})
        answer.raise_for_status()
        keys = usable(msgspec.json.decode(answer.content))
        if not keys:
            raise ValueError("no key that could be used")
        if any(name not in keys or keys[name].key != key.key for name, key in self._keys.items()):
            self._remembered.forget()  # one was withdrawn: what it signed is to be believed no longer
        self._keys = keys

    async def open(self) -> None:
        """Begin to keep the keys fresh. A provider that is away does not keep the process from starting."""
        with contextlib.suppress(Unavailable):
            await self.refresh()
        self._keeping = asyncio.create_task(self._keep(), name="jwks")

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(self._fresh)
            with contextlib.suppress(Unavailable):
                await self.refresh()

    async def close(self) -> None:
        """Stop keeping the keys fresh."""
        if self._keeping is not None:
            self._keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeping
        await self._client.aclose()


def usable(document: object) -> dict[str | None, jwt.PyJWK]:
    """Return the keys of a JWK set that can verify signatures, by their ids. Raises ValueError where it is no set."""
    if not isinstance(document, dict) or not isinstance(document.get("keys"), list):
        raise ValueError("not a JWK set")  # noqa: TRY004 - what came over the network, not a mistake in code
    keys: dict[str | None, jwt.PyJWK] = {}
    for one in document["keys"]:
        if not isinstance(one, dict) or one.get("kty") not in {"OKP", "EC", "RSA"} or one.get("use", "sig") != "sig":
            continue
        try:
            key = jwt.PyJWK(one)
        except jwt.PyJWTError:
            continue  # of a kind that this release cannot use; the others can be good
        if key.algorithm_name in ALGORITHMS:
            keys[key.key_id] = key
    return keys


def verifier_for(settings: PlatformSettings) -> Verifier:
    """Return the verifier that the settings name. Raises ValueError where they name none, or the key file is bad."""
    if settings.token_jwks_url is not None:
        return JwksVerifier(
            settings.token_jwks_url, issuer=settings.token_issuer or "", audience=settings.token_audience
        )
    if settings.token_key_file is None:
        raise ValueError("no token could be verified: set TSUNAGI_TOKEN_JWKS_URL, or (locally) TSUNAGI_TOKEN_KEY_FILE")
    if not (settings.local or settings.drill):
        raise ValueError("a key of a local stack is refused outside of one")
    return LocalVerifier(read_public_key(settings.token_key_file))
