"""Making keys: what a deployment, or a stack on one machine, must have before it starts."""

import base64
import secrets

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat


def new_kek() -> bytes:
    """Return a new key-encryption key: 32 random bytes in base64, and a line's end."""
    return base64.b64encode(secrets.token_bytes(32)) + b"\n"


def new_password() -> bytes:
    """Return a new password of a login: 32 random bytes as hexadecimal digits."""
    return secrets.token_hex(32).encode()


def new_signing_pair() -> tuple[bytes, bytes]:
    """Return a new key that tokens are signed with, and the public one that they are checked with (PEM)."""
    signing = Ed25519PrivateKey.generate()
    return (
        signing.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        signing.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    )
