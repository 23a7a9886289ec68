"""The envelope: CloudEvents headers there and back, and what is no event of ours said to be unreadable."""

import contextlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from shared.contracts import envelope as envelopes
from shared.contracts.envelope import (
    Envelope,
    Sealed,
    from_headers,
    headers_text,
    instant_text,
    read_value,
    to_headers,
    with_sealed,
)
from shared.contracts.event import Event, Unreadable, encode_body
from shared.contracts.examples import example, example_envelope
from shared.contracts.intake_person import Died, PersonRegistered, WentOut
from shared.contracts.screening_screening import ScreeningRequested
from shared.kernel.errors import Invalid

ENVELOPE = example_envelope(PersonRegistered, said_by="family", corrects=UUID(int=7), device_offset=-95)
KEY = str(ENVELOPE.key).encode()
REQUIRED = [
    "ce_id",
    "ce_type",
    "ce_source",
    "ce_subject",
    "version",
    "ce_time",
    "recordedat",
    "actor",
    "channel",
    "correlationid",
    "causationid",
    "timeprecision",
]
OPTIONAL = ["disaster", "ward", "saidby", "corrects", "deviceoffset"]


def again(envelope: Envelope) -> Envelope:
    return from_headers(to_headers(envelope), topic=envelope.topic, key=str(envelope.key).encode())


def test_an_envelope_comes_back_as_it_went() -> None:
    assert again(ENVELOPE) == ENVELOPE


instants = some.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=some.just(UTC))  # noqa: DTZ001
codes_ = some.from_regex(r"[a-z][a-z0-9:@-]{0,20}", fullmatch=True)


@given(
    ids=some.tuples(*[some.uuids()] * 6),
    times=some.tuples(instants, instants),
    words=some.tuples(codes_, codes_, codes_),
    version=some.integers(1, 2**31),
    offset=some.none() | some.integers(-(10**6), 10**6),
)
def test_any_envelope_comes_back_as_it_went(
    ids: tuple[UUID, ...],
    times: tuple[datetime, datetime],
    words: tuple[str, ...],
    version: int,
    offset: int | None,
) -> None:
    names = ("id", "subject", "key", "correlation", "causation", "corrects")
    fields: dict[str, Any] = dict(zip(names, ids, strict=True))
    fields |= dict(zip(("actor", "said_by", "channel"), words, strict=True))
    envelope = msgspec.structs.replace(
        ENVELOPE, **fields, time=times[0], recorded_at=times[1], version=version, device_offset=offset
    )
    assert again(envelope) == envelope
    assert kept(envelope) == [(name, value.decode()) for name, value in to_headers(envelope)]


def kept(envelope: Envelope) -> list[tuple[str, str]]:
    """Return the headers as the store keeps them."""
    return list(msgspec.json.decode(headers_text(envelope), type=dict[str, str]).items())


@pytest.mark.parametrize("absent", ["disaster", "ward", "said_by", "corrects", "device_offset"])
def test_the_store_keeps_the_headers_that_kafka_gets(absent: str) -> None:
    envelope = msgspec.structs.replace(ENVELOPE, **{absent: None})
    assert kept(envelope) == [(name, value.decode()) for name, value in to_headers(envelope)]


@pytest.mark.req("K4-168")
def test_when_it_happened_and_when_it_was_written_are_two_headers() -> None:
    headers = dict(to_headers(ENVELOPE))
    assert headers["ce_time"] == b"2026-01-17T05:46:00.000000Z"
    assert headers["recordedat"] == b"2026-01-17T05:46:40.000000Z"


def test_times_go_out_in_utc_so_that_texts_sort_as_instants_do() -> None:
    japan = datetime(2026, 1, 17, 14, 46, tzinfo=timezone(timedelta(hours=9)))
    assert instant_text(japan) == "2026-01-17T05:46:00.000000Z"


def test_the_headers_are_those_of_cloudevents_in_kafkas_binary_mode() -> None:
    headers = dict(to_headers(ENVELOPE))
    assert headers["ce_specversion"] == b"1.0"
    assert headers["content-type"] == b"application/json"
    assert headers.keys() == {"ce_specversion", "content-type", *REQUIRED, *OPTIONAL}


@pytest.mark.parametrize("missing", REQUIRED)
def test_without_a_header_that_must_be_there_it_is_unreadable_and_says_which(missing: str) -> None:
    headers = [pair for pair in to_headers(ENVELOPE) if pair[0] != missing]
    with pytest.raises(Unreadable, match=missing):
        from_headers(headers, topic="intake.person", key=KEY)


@pytest.mark.parametrize("missing", OPTIONAL)
def test_an_optional_header_may_be_absent_or_null(missing: str) -> None:
    absent = [pair for pair in to_headers(ENVELOPE) if pair[0] != missing]
    null: list[tuple[str, bytes | None]] = [(n, None if n == missing else v) for n, v in to_headers(ENVELOPE)]
    read = from_headers(absent, topic="intake.person", key=KEY)
    assert read == from_headers(null, topic="intake.person", key=KEY)
    assert read != from_headers(to_headers(ENVELOPE), topic="intake.person", key=KEY)


def test_headers_of_a_later_release_do_no_harm() -> None:
    later = [*to_headers(ENVELOPE), ("ce_dataschema", b"urn:x"), ("traceparent", "00-あ".encode())]
    assert from_headers(later, topic="intake.person", key=KEY) == ENVELOPE


BROKEN_HEADERS: list[tuple[str, bytes | None]] = [
    ("ce_id", b"17"),
    ("ce_id", b""),
    ("ce_subject", None),
    ("version", b"first"),
    ("ce_time", b"yesterday"),
    ("ce_time", b"2026-01-17T05:46:00"),
    ("recordedat", b"2026-01-17T05:46:00"),
    ("actor", b"\xff\xfe"),
    ("actor", b"staff\x0012"),
    ("corrects", b"that one"),
    ("deviceoffset", b"much"),
]


@pytest.mark.parametrize(("name", "value"), BROKEN_HEADERS)
def test_a_broken_header_makes_it_unreadable_and_its_value_is_not_repeated(name: str, value: bytes | None) -> None:
    headers = [(n, value if n == name else v) for n, v in to_headers(ENVELOPE)]
    with pytest.raises(Unreadable) as unreadable:
        from_headers(headers, topic="intake.person", key=KEY)
    assert "yesterday" not in unreadable.value.args[0]


ODD = [
    b"null",
    b"",
    b" ",
    b'"',
    b'a","actor":"b',
    b"\\u0041",
    b"7",
    b"+7",
    b"1e3",
    b"a\nb",
    b"\x00",
    b"\xff",
    "例".encode(),
    b"%b",
]


def read_by(read: Callable[..., Envelope], headers: Sequence[tuple[str, bytes | None]], key: bytes) -> Envelope | str:
    try:
        return read(headers, topic="intake.person", key=key)
    except Unreadable as unreadable:
        return str(unreadable.args[0])


@given(
    some.lists(
        some.tuples(some.sampled_from([*REQUIRED, *OPTIONAL, "topic", "key", "later"]), some.sampled_from(ODD)),
        max_size=2,
    ),
    some.sampled_from([KEY, KEY.upper(), KEY.replace(b"-", b""), b"null", b'"']),
    some.booleans(),
)
def test_what_is_read_in_one_go_is_what_is_read_field_by_field(
    odd: list[tuple[str, bytes]], key: bytes, instead: bool
) -> None:
    """`from_headers` takes the short way wherever it can; whatever stands in a header, it comes to the same."""
    said = dict(odd) if instead else {}
    headers = [(name, said.get(name, value)) for name, value in to_headers(ENVELOPE)] + ([] if instead else odd)

    def carefully(headers: Sequence[tuple[str, bytes | None]], *, topic: str, key: bytes) -> Envelope:
        return envelopes._carefully(headers, topic, key)

    assert read_by(from_headers, headers, key) == read_by(carefully, headers, key)


@pytest.mark.parametrize("key", [None, b"", b"\xff", b"household"])
def test_without_a_key_that_is_an_id_it_is_unreadable(key: bytes | None) -> None:
    with pytest.raises(Unreadable):
        from_headers(to_headers(ENVELOPE), topic="intake.person", key=key)


@pytest.mark.parametrize("field", ["actor", "channel", "said_by", "ward", "source"])
@pytest.mark.parametrize("text", ["例野 花子", "a\0b", "a\nb", "a\x7fb", "a\x1bb"])
def test_a_text_in_place_of_a_code_does_not_get_into_a_header(field: str, text: str) -> None:
    for write in (to_headers, headers_text):
        with pytest.raises(Invalid) as refused:
            write(msgspec.structs.replace(ENVELOPE, **{field: text}))
        assert refused.value.code == "code.malformed"
        assert text not in str(refused.value.details)


@pytest.mark.parametrize("actor", ["DOMAIN\\user", 'a"b', "auth0|17", "a\\u0000b", "\\\\n"])
def test_an_actors_id_may_hold_what_sign_in_services_put_there(actor: str) -> None:
    envelope = msgspec.structs.replace(ENVELOPE, actor=actor)
    assert again(envelope) == envelope
    assert dict(kept(envelope))["actor"] == actor


# --- values

SEALED = Sealed(k=ENVELOPE.key, c=b"\x00\x01ciphertext")
BODY = encode_body(example(PersonRegistered))


@pytest.mark.parametrize("body", [b"{}", BODY], ids=["empty", "full"])
def test_the_sealed_part_stands_in_the_same_json(body: bytes) -> None:
    value = with_sealed(body, SEALED)
    assert msgspec.json.decode(value) == {
        **msgspec.json.decode(body),
        "sealed": {"k": str(SEALED.k), "c": "AAFjaXBoZXJ0ZXh0"},
    }
    assert with_sealed(body, None) is body


def test_a_value_is_read_with_its_words_still_sealed() -> None:
    recorded = read_value(ENVELOPE, with_sealed(BODY, SEALED))
    assert recorded.event == msgspec.structs.replace(example(PersonRegistered), words=None)
    assert recorded.sealed == SEALED
    assert recorded.words is None


BROKEN_VALUES = [
    (None, "no value"),
    (b"", "PersonRegistered"),
    (b"null", "PersonRegistered"),
    (b"[]", "PersonRegistered"),
    (b"not json", "PersonRegistered"),
    (BODY[:-1], "PersonRegistered"),
    (b"{}", "PersonRegistered"),
    (BODY.replace(b'"care":true', b'"care":"yes"'), "PersonRegistered"),
    (BODY[:-1] + b',"later":"\\u0000"}', "U\\+0000"),
    (BODY[:-1] + b',"later":"\x00"}', "PersonRegistered"),
    (BODY[:-1] + b',"later":"\xff\xfe"}', "UTF-8"),
    (BODY[:-1] + b',"sealed":{"k":"x","c":""}}', "_Value"),
    (BODY[:-1] + b',"sealed":{"k":"%s","c":"*"}}' % KEY, "_Value"),
    (BODY[:-1] + b',"sealed":"words"}', "_Value"),
]


@pytest.mark.parametrize(("value", "reason"), BROKEN_VALUES)
def test_a_value_that_is_none_of_ours_is_unreadable_with_a_reason(value: bytes | None, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read_value(ENVELOPE, value)


def test_a_backslash_before_u0000_is_text_like_any_other() -> None:
    value = BODY[:-1] + rb',"later":"\\u0000"}'
    assert read_value(ENVELOPE, value).value == value


def test_a_type_of_a_later_release_is_unreadable_to_this_one() -> None:
    later = msgspec.structs.replace(ENVELOPE, type="tsunagi.intake.person.registered.v2")
    with pytest.raises(Unreadable, match=r"registered\.v2"):
        read_value(later, BODY)


@given(some.binary(max_size=200))
def test_no_bytes_do_more_than_be_unreadable(value: bytes) -> None:
    with contextlib.suppress(Unreadable):
        read_value(ENVELOPE, value)


@pytest.mark.parametrize("event", [Died(), WentOut()])
def test_an_event_without_fields_is_an_empty_body(event: Event) -> None:
    assert encode_body(event) == b"{}"


def test_an_instant_without_an_offset_is_never_written() -> None:
    naive = ScreeningRequested(reason="sheet", risk="high", runs_out_at=datetime(2026, 1, 17, 9))  # noqa: DTZ001
    with pytest.raises(ValueError, match="runs_out_at has no offset"):
        encode_body(naive)
