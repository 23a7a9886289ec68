"""Tokens of an OIDC provider, whose keys are fetched from a server and change."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from starlette.responses import JSONResponse, Response

from shared.kernel.errors import Unauthenticated, Unavailable
from shared.platform.jwks import JwksVerifier, usable
from shared.platform.tokens import KeyNotHere, sign, verified
from tests.adapters.web.serving import free_port, served
from tests.unit.platform_web.small import client_of, make_app

ISSUER = "https://id.example.jp/realms/city"
ED, OTHER_ED = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
EC = ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(65537, 2048)


def _family(private: Any) -> str:
    if isinstance(private, Ed25519PrivateKey):
        return "Ed25519"
    return "RSA" if isinstance(private, rsa.RSAPrivateKey) else "EC"


def published(private: Any, kid: str | None, **more: Any) -> dict[str, Any]:
    kind: Any = {"Ed25519": OKPAlgorithm, "RSA": RSAAlgorithm, "EC": ECAlgorithm}[_family(private)]
    key = json.loads(kind.to_jwk(private.public_key()))
    return {**key, **({"kid": kid} if kid else {}), "use": "sig", **more}


def token(private: Any, algorithm: str, kid: str | None, **changed: Any) -> str:
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": "tsunagi", "sub": "nurse-7", "iat": now, "exp": now + 60}
    claims |= {"roles": ["nurse"], "wards": ["28101"], **changed}
    return "Bearer " + jwt.encode(claims, private, algorithm=algorithm, headers={"kid": kid} if kid else None)


class Provider:
    """An identity provider: what it publishes, and how often it was asked."""

    def __init__(self) -> None:
        self.keys: list[dict[str, Any]] = []
        self.answer: Response | None = None
        self.asked = 0
        self.published = asyncio.Event()
        self.app = FastAPI()
        self.app.add_api_route("/keys", self.publish)

    async def publish(self) -> Response:
        self.asked += 1
        self.published.set()
        return self.answer or JSONResponse({"keys": self.keys})


@pytest.fixture
async def provider() -> AsyncIterator[tuple[Provider, str]]:
    made = Provider()
    made.keys = [published(ED, "one"), published(EC, "two"), published(RSA, "three", alg="RS256")]
    async with served(made.app) as port:
        yield made, f"http://127.0.0.1:{port}/keys"


def verifier(url: str, **more: Any) -> JwksVerifier:
    return JwksVerifier(url, issuer=ISSUER, audience="tsunagi", **{"pause": 0.0, **more})


async def refused(checker: JwksVerifier, header: str) -> str:
    with pytest.raises(Unauthenticated) as error:
        await verified(checker, header)
    return error.value.code


async def test_tokens_of_every_key_are_good(provider: tuple[Provider, str]) -> None:
    checker = verifier(provider[1])
    await checker.open()
    for private, algorithm, kid in ((ED, "EdDSA", "one"), (EC, "ES256", "two"), (RSA, "RS256", "three")):
        assert checker.caller(token(private, algorithm, kid)).id == "nurse-7"
    assert provider[0].asked == 1
    await checker.close()


async def test_what_the_provider_did_not_sign_for_us_is_refused(provider: tuple[Provider, str]) -> None:
    checker = verifier(provider[1])
    await checker.open()
    now = int(time.time())
    for header in (
        token(OTHER_ED, "EdDSA", "one"),
        token(EC, "ES256", "one"),
        token(RSA, "PS256", "three"),
        token("secret-secret-secret-secret-secret", "HS256", "one"),
        token(ED, "EdDSA", "one", iss="https://elsewhere"),
        token(ED, "EdDSA", "one", aud="elsewhere"),
        token(ED, "EdDSA", "one", exp=now - 60),
        "Bearer " + sign(ED, subject="a", roles=["city-hq"], wards="*"),
        "Bearer x.y.z",
    ):
        assert await refused(checker, header) == "token.invalid"
    await checker.close()


async def test_a_clock_a_little_ahead_is_no_reason_to_refuse(provider: tuple[Provider, str]) -> None:
    checker = verifier(provider[1])
    now = int(time.time())
    assert (await verified(checker, token(ED, "EdDSA", "one", iat=now + 20, nbf=now + 20))).id == "nurse-7"
    ended = token(ED, "EdDSA", "one", exp=now - 10)
    assert checker.caller(ended) is checker.caller(ended)
    await checker.close()


async def test_a_new_key_is_fetched_when_a_token_names_it(provider: tuple[Provider, str]) -> None:
    checker = verifier(provider[1])
    await checker.open()
    header = token(OTHER_ED, "EdDSA", "four")
    with pytest.raises(KeyNotHere):
        checker.caller(header)
    provider[0].keys.append(published(OTHER_ED, "four"))
    together = await asyncio.gather(*(verified(checker, header) for _ in range(20)))
    assert {one.id for one in together} == {"nurse-7"}
    assert provider[0].asked == 2
    await checker.close()


async def test_names_of_keys_that_do_not_exist_do_not_wear_the_provider_out(provider: tuple[Provider, str]) -> None:
    checker = verifier(provider[1], pause=60.0)
    await checker.open()
    for number in range(50):
        assert await refused(checker, token(OTHER_ED, "EdDSA", f"made-up-{number}")) == "token.invalid"
    assert provider[0].asked == 1
    await checker.close()


async def test_what_a_withdrawn_key_signed_is_no_longer_believed(provider: tuple[Provider, str]) -> None:
    checker = verifier(provider[1], fresh=0.01)
    header = token(ED, "EdDSA", "one")
    await checker.open()
    assert checker.caller(header).id == "nurse-7"
    del provider[0].keys[0]
    for _ in range(2):  # when the second is asked for, the first has been read
        provider[0].published.clear()
        await asyncio.wait_for(provider[0].published.wait(), 10)
    assert await refused(checker, header) == "token.invalid"
    await checker.close()


async def test_a_key_exchanged_under_its_name_is_no_longer_believed(provider: tuple[Provider, str]) -> None:
    checker = verifier(provider[1])
    header = token(ED, "EdDSA", "one")
    assert (await verified(checker, header)).id == "nurse-7"
    provider[0].keys[0] = published(OTHER_ED, "one")
    assert await checker.refresh()
    assert await refused(checker, header) == "token.invalid"
    await checker.close()


@pytest.mark.parametrize(
    "answer",
    [
        Response("<html>", media_type="text/html"),
        JSONResponse({"keys": []}),
        JSONResponse([]),
        JSONResponse({"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "one"}]}),
        Response(status_code=500),
        Response(status_code=302, headers={"Location": "http://127.0.0.1:1/"}),
    ],
    ids=["html", "no keys", "no set", "a shared secret", "500", "elsewhere"],
)
async def test_a_provider_that_publishes_nothing_usable_is_away(
    provider: tuple[Provider, str], answer: Response
) -> None:
    provider[0].answer = answer
    checker = verifier(provider[1])
    with pytest.raises(Unavailable):
        await verified(checker, token(ED, "EdDSA", "one"))
    provider[0].answer = None
    assert (await verified(checker, token(ED, "EdDSA", "one"))).id == "nurse-7"
    await checker.close()


async def test_known_keys_go_on_while_the_provider_is_away(provider: tuple[Provider, str]) -> None:
    checker = verifier(provider[1])
    await checker.open()
    provider[0].answer = Response(status_code=503)
    assert (await verified(checker, token(ED, "EdDSA", "one"))).id == "nurse-7"
    with pytest.raises(Unavailable):
        await verified(checker, token(OTHER_ED, "EdDSA", "four"))
    await checker.close()


async def test_an_api_starts_without_its_provider_and_says_that_it_is_away() -> None:
    checker = verifier(f"http://127.0.0.1:{free_port()}/keys")
    app = make_app(verifier=checker)
    async with app.router.lifespan_context(app), client_of(app) as client:
        for path, method in (("/notes", "GET"), ("/quick", "POST")):
            response = await client.request(method, path, headers={"Authorization": token(ED, "EdDSA", "one")})
            assert (response.status_code, response.json()["code"]) == (503, "server.busy")
            assert "retry-after" in response.headers


async def test_a_raw_route_asks_again_once_the_key_is_here(provider: tuple[Provider, str]) -> None:
    app = make_app(verifier=verifier(provider[1], pause=60.0))
    headers = {"Authorization": token(ED, "EdDSA", "one")}
    async with client_of(app) as client:
        first = await client.post("/quick", json={"text": "28101"}, headers=headers)
        second = await client.post("/quick", json={"text": "28101"}, headers=headers)
        unknown = await client.post("/quick", headers={"Authorization": token(OTHER_ED, "EdDSA", "four")})
    assert (first.status_code, second.status_code) == (503, 200)
    assert (unknown.status_code, unknown.json()["code"]) == (401, "token.invalid")


def test_keys_for_other_uses_and_kinds_are_left_out() -> None:
    keys = usable(
        {
            "keys": [
                published(ED, "one"),
                published(EC, "for-encryption", use="enc"),
                {"kty": "oct", "k": "c2VjcmV0", "kid": "secret"},
                {"kty": "OKP", "crv": "Ed999", "x": "AA", "kid": "unknown"},
                "no key",
                published(RSA, None),
            ]
        }
    )
    assert set(keys) == {"one", None}
