"""Who is calling: good tokens are read once and remembered, all others are refused."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from pydantic import ValidationError

from shared.kernel.errors import Unauthenticated
from shared.platform.jwks import verifier_for
from shared.platform.permissions import Caller
from shared.platform.settings import PlatformSettings
from shared.platform.tokens import LocalVerifier, caller_of, read_public_key, read_signing_key, sign

KEY = Ed25519PrivateKey.generate()
FACILITY = UUID("f0000000-0000-8000-8000-000000000001")


def refused(verifier: LocalVerifier, header: str | bytes | None) -> str:
    with pytest.raises(Unauthenticated) as error:
        verifier.caller(header)
    return error.value.code


@pytest.fixture
def verifier() -> LocalVerifier:
    return LocalVerifier(KEY.public_key())


def token(**claims: Any) -> str:
    return sign(KEY, **{"subject": "staff-1", "roles": ["ward-hq"], "wards": ["28101"], **claims})


def test_a_signed_token_says_who_is_calling(verifier: LocalVerifier) -> None:
    header = "Bearer " + token(roles=["facility", "nurse"], facilities=[FACILITY], partners=["taxi"])
    expected = Caller(
        "staff-1", frozenset({"facility", "nurse"}), frozenset({"28101"}), frozenset({FACILITY}), frozenset({"taxi"})
    )
    assert verifier.caller(header) == expected
    assert verifier.caller(header.encode()) == expected


def test_an_asterisk_is_every_ward(verifier: LocalVerifier) -> None:
    assert verifier.caller("Bearer " + token(wards="*")).wards is None


def test_the_scheme_is_written_in_any_case(verifier: LocalVerifier) -> None:
    assert verifier.caller("bearer " + token()).id == "staff-1"


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic c3RhZmY6c2VjcmV0", b"\xff\xfe"])
def test_without_a_token_nobody_is_calling(verifier: LocalVerifier, header: str | bytes | None) -> None:
    assert refused(verifier, header) == "token.missing"


def encoded(part: object) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    made = {"iss": "urn:tsunagi:local", "aud": "tsunagi", "sub": "staff-1", "iat": now, "exp": now + 60}
    made |= {"roles": ["city-hq"], "wards": "*", **changed}
    return {name: value for name, value in made.items() if value is not None}


def tampered() -> str:
    """Change the payload of a good token and keep its signature."""
    head, _, signature = token().split(".")
    return ".".join([head, encoded(claims()), signature])


def signed_by_public_key() -> str:
    """The old confusion: the public key taken for a shared secret."""
    secret = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = f"{encoded({'alg': 'HS256', 'typ': 'JWT'})}.{encoded(claims())}"
    return f"{signed}.{encoded(hmac.new(secret, signed.encode(), sha256).digest())}"


FORGED: dict[str, Callable[[], str]] = {
    "tampered payload": tampered,
    "cut signature": lambda: token()[:-6],
    "empty signature": lambda: token().rpartition(".")[0] + ".",
    "alg none": lambda: f"{encoded({'alg': 'none'})}.{encoded(claims())}.",
    "alg None": lambda: f"{encoded({'alg': 'None'})}.{encoded(claims())}.{encoded(b'x')}",
    "public key as secret": signed_by_public_key,
    "another Ed25519 key": lambda: sign(Ed25519PrivateKey.generate(), subject="a", roles=["city-hq"], wards="*"),
    "an RSA key": lambda: jwt.encode(claims(), rsa.generate_private_key(65537, 2048), algorithm="RS256"),
    "an EC key": lambda: jwt.encode(claims(), ec.generate_private_key(ec.SECP256R1()), algorithm="ES256"),
    "a key of its own in the header": lambda: jwt.encode(
        claims(), Ed25519PrivateKey.generate(), algorithm="EdDSA", headers={"jwk": {"kty": "OKP", "crv": "Ed25519"}}
    ),
    "expired": lambda: token(now=datetime.now(UTC) - timedelta(hours=2), lifetime=timedelta(hours=1)),
    "not yet begun": lambda: token(now=datetime.now(UTC) + timedelta(hours=1)),
    "another issuer": lambda: jwt.encode(claims(iss="https://elsewhere"), KEY, algorithm="EdDSA"),
    "another audience": lambda: jwt.encode(claims(aud="elsewhere"), KEY, algorithm="EdDSA"),
    "no end": lambda: jwt.encode(claims(exp=None), KEY, algorithm="EdDSA"),
    "no subject": lambda: jwt.encode(claims(sub=None), KEY, algorithm="EdDSA"),
    "roles as text": lambda: jwt.encode(claims(roles="city-hq"), KEY, algorithm="EdDSA"),
    "wards as another text": lambda: jwt.encode(claims(wards="28101"), KEY, algorithm="EdDSA"),
    "a facility that is no id": lambda: jwt.encode(claims(facilities=["x"]), KEY, algorithm="EdDSA"),
    "no token at all": lambda: "x.y.z",
    "endless": lambda: token() + "A" * 10_000,
}


@pytest.mark.parametrize("case", FORGED)
def test_what_was_not_signed_like_this_is_refused(verifier: LocalVerifier, case: str) -> None:
    assert refused(verifier, "Bearer " + FORGED[case]()) == "token.invalid"


def test_a_role_of_another_release_is_left_out() -> None:
    caller = caller_of({"sub": "a", "roles": ["nurse", "captain"], "wards": []})
    assert caller.roles == {"nurse"}


def test_a_claim_that_is_absent_reaches_nothing() -> None:
    assert caller_of({"sub": "a"}) == Caller("a", frozenset(), frozenset(), frozenset(), frozenset())


def test_a_verified_token_is_remembered_until_it_ends(verifier: LocalVerifier, monkeypatch: pytest.MonkeyPatch) -> None:
    header, now = "Bearer " + token(lifetime=timedelta(minutes=5)), time.time()
    assert verifier.caller(header) is verifier.caller(header)
    monkeypatch.setattr(time, "time", lambda: now + 299)
    assert verifier.caller(header).id == "staff-1"
    monkeypatch.setattr(time, "time", lambda: now + 301)
    assert refused(verifier, header) == "token.invalid"


def test_a_refused_token_is_not_remembered_as_good(verifier: LocalVerifier) -> None:
    header = "Bearer " + tampered()
    assert refused(verifier, header) == refused(verifier, header) == "token.invalid"


def test_so_many_tokens_are_remembered_and_no_more() -> None:
    verifier = LocalVerifier(KEY.public_key(), most=2)
    first, second, third = ("Bearer " + token(subject=name) for name in ("a", "b", "c"))
    one = verifier.caller(first)
    two = verifier.caller(second)
    assert verifier.caller(first) is one  # used again, so the second is the older one
    verifier.caller(third)
    assert verifier.caller(first) is one
    assert verifier.caller(second) is not two


def test_only_roles_and_wards_that_exist_are_signed() -> None:
    with pytest.raises(ValueError, match="no role captain"):
        token(roles=["captain"])
    with pytest.raises(ValueError, match="list of codes"):
        token(wards="28101")


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "kek").write_text("x")
    (tmp_path / "public.pem").write_bytes(
        KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    (tmp_path / "private.pem").write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return {
        "database_url": "postgresql://a:b@localhost/c",
        "kek_file": tmp_path / "kek",
        "token_key_file": tmp_path / "public.pem",
    }


@pytest.mark.parametrize("stack", [{"local": True}, {"drill": True}])
async def test_a_local_key_is_good_in_a_local_stack(files: dict[str, Any], stack: dict[str, Any]) -> None:
    verifier = verifier_for(PlatformSettings(**files, **stack))
    await verifier.open()
    assert verifier.caller("Bearer " + token()).id == "staff-1"
    assert not await verifier.refresh()
    await verifier.close()


def test_a_local_key_is_refused_elsewhere(files: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="refused outside"):
        PlatformSettings(**files)
    unchecked = PlatformSettings.model_construct(**files, token_jwks_url=None, local=False, drill=False)
    with pytest.raises(ValueError, match="refused outside"):
        verifier_for(unchecked)


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"local": True, "token_jwks_url": "https://id.example/keys", "token_issuer": "x"}, "not both"),
        ({"token_key_file": None, "token_jwks_url": "https://id.example/keys"}, "needs TSUNAGI_TOKEN_ISSUER"),
        ({"token_key_file": None, "token_jwks_url": "http://id.example/keys", "token_issuer": "x"}, "expected https"),
        ({"token_key_file": None, "token_jwks_url": "ftp://localhost/keys", "token_issuer": "x"}, "expected https"),
    ],
)
def test_settings_that_could_verify_nothing_are_refused(
    files: dict[str, Any], changed: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ValidationError, match=complaint):
        PlatformSettings(**{**files, **changed})


def test_without_any_key_no_api_starts(files: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no token could be verified"):
        verifier_for(PlatformSettings(**{**files, "token_key_file": None}))


def test_key_files_that_hold_something_else_are_named(files: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"kek holds no public key in PEM"):
        read_public_key(files["kek_file"])
    with pytest.raises(ValueError, match=r"kek holds no private key in PEM"):
        read_signing_key(files["kek_file"])
    other = rsa.generate_private_key(65537, 2048)
    (tmp_path / "rsa.pem").write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "rsa.pub").write_bytes(other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(ValueError, match="no Ed25519 key"):
        read_signing_key(tmp_path / "rsa.pem")
    with pytest.raises(ValueError, match="no Ed25519 key"):
        read_public_key(tmp_path / "rsa.pub")
    assert read_signing_key(tmp_path / "private.pem").private_bytes_raw() == KEY.private_bytes_raw()
