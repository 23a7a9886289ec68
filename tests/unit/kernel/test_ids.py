"""Ids: UUIDv7 as RFC 9562 lays them out, ascending within a process; seeded and derived ones always the same."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from shared.kernel.errors import Invalid
from shared.kernel.ids import client_id, derived_id, new_id, seeded_id

NOW = datetime(2026, 1, 17, 5, 46, 0, 123000, tzinfo=UTC)


def milliseconds(id_: UUID) -> int:
    return id_.int >> 80


instants = some.datetimes(datetime(1970, 1, 1), datetime(9999, 1, 1), timezones=some.just(UTC))  # noqa: DTZ001


@given(instants)
def test_a_new_id_is_a_uuid_of_version_7_with_its_instant_in_front(now: datetime) -> None:
    id_ = new_id(now)
    assert (id_.version, id_.variant) == (7, "specified in RFC 4122")
    assert abs(milliseconds(id_) - (now - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1)) < 0.6


def test_the_instant_of_the_standards_own_example_stands_where_it_says() -> None:
    """RFC 9562, appendix A.6: 2022-02-22 14:22:22 GMT-5 is 0x017F22E279B0."""
    assert new_id(datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)).hex.startswith("017f22e279b07")


def test_ids_of_one_millisecond_ascend_while_others_are_made_of_other_milliseconds() -> None:
    later = NOW + timedelta(milliseconds=1)
    both = [(new_id(NOW), new_id(later)) for _ in range(1000)]
    for ids in zip(*both, strict=True):
        assert list(ids) == sorted(ids)


def test_ids_of_one_millisecond_ascend() -> None:
    ids = [new_id(NOW) for _ in range(20_000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    assert {milliseconds(id_) for id_ in ids} == {milliseconds(ids[0])}


def test_ids_of_later_milliseconds_come_later() -> None:
    ids = [new_id(NOW + timedelta(milliseconds=n)) for n in range(100)]
    assert ids == sorted(ids)


def test_two_threads_never_make_the_same_id() -> None:
    made: list[list[UUID]] = [[], [], [], []]

    def make(into: list[UUID]) -> None:
        into.extend(new_id(NOW) for _ in range(5_000))

    threads = [threading.Thread(target=make, args=(into,)) for into in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id_ for ids in made for id_ in ids}) == 20_000
    assert all(ids == sorted(ids) for ids in made)


def test_a_seeded_id_is_always_the_same_and_looks_like_any_other() -> None:
    id_ = seeded_id(NOW, "kobe", 1, "household", 17)
    assert str(id_) == "019bca7d-2e3b-7638-9627-8882cad7d9ba"
    assert id_ == seeded_id(NOW, "kobe", 1, "household", 17)
    assert client_id(str(id_)) == id_
    assert milliseconds(id_) == milliseconds(new_id(NOW))


def test_a_derived_id_is_always_the_same_and_is_of_version_8() -> None:
    id_ = derived_id("listed-shelter", "28100", "E2810012345")
    assert str(id_) == "de9bca6b-69f4-8221-8bc4-8d4131639807"
    assert (id_.version, id_.variant) == (8, "specified in RFC 4122")


NAMES = [(("a", "b"), ("ab",)), (("a", "b"), ("b", "a")), (("a", 1), ("a", 2)), (("a",), ("a", ""))]


@pytest.mark.parametrize(("one", "other"), NAMES)
def test_other_names_give_another_id(one: tuple[object, ...], other: tuple[object, ...]) -> None:
    assert derived_id(*one) != derived_id(*other)
    assert seeded_id(NOW, *one) != seeded_id(NOW, *other)


def test_an_id_that_a_client_chose_is_read() -> None:
    id_ = new_id(NOW)
    assert client_id(str(id_)) == id_
    assert client_id(id_.hex) == id_


@pytest.mark.parametrize(
    "text",
    ["", "17", "例", str(UUID(int=0)), "9f3c2e1a-5b7d-4c8e-9a1b-2c3d4e5f6071", str(derived_id("x")), None, 17],
)
def test_an_id_that_is_no_uuid_of_version_7_is_refused_with_its_field(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        client_id(text, "household")
    assert refused.value.code == "id.malformed"
    assert refused.value.details == {"field": "household"}
