"""What a timeline shows of a value as it stands, and what is opened for whoever may read it."""

import base64
from uuid import UUID

import msgspec
import pytest

from services.casework.reading import _parted
from shared.contracts.envelope import Sealed, with_sealed

SEALED = Sealed(k=UUID(int=7), c=b"nonce and ciphertext")
PART = f'{{"k":"{SEALED.k}","c":"{base64.b64encode(SEALED.c).decode()}"}}'


@pytest.mark.parametrize(
    ("value", "facts"),
    [
        (with_sealed(b'{"household":"x","needs":["care"]}', SEALED), {"household": "x", "needs": ["care"]}),
        (with_sealed(b"{}", SEALED), {}),
        (f'{{"sealed":{PART},"household":"x"}}'.encode(), {"household": "x"}),
        (f'{{"a":1,"sealed":{PART} }}'.encode(), {"a": 1}),
        (f'{{"sealed":{PART},"later":{{"b":1,"sealed":{{}}}}}}'.encode(), {"later": {"b": 1, "sealed": {}}}),
        (f'{{"said":",\\"sealed\\":{{","sealed":{PART}}}'.encode(), {"said": ',"sealed":{'}),
    ],
    ids=["as we write it", "nothing open", "first", "spaced", "a member of a member", "in a text"],
)
def test_the_sealed_part_is_parted_wherever_it_stands(value: bytes, facts: object) -> None:
    shown, sealed = _parted(value)
    assert msgspec.json.decode(shown) == facts
    assert sealed == SEALED


def test_where_nothing_is_sealed_the_value_is_shown_as_it_is() -> None:
    assert _parted(b'{"a":1}') == (msgspec.Raw(b'{"a":1}'), None)
