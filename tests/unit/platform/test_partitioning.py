"""The partition of a key is Kafka's own, computed for many at once."""

from uuid import UUID

import pytest
from aiokafka.partitioner import murmur2
from hypothesis import given
from hypothesis import strategies as st

from shared.platform.partitioning import hashes_of


@given(st.lists(st.uuids(), max_size=40))
def test_hashes_are_those_of_kafkas_default_partitioner(keys: list[UUID]) -> None:
    texts = [str(key).encode() for key in keys]

    assert hashes_of(texts) == [murmur2(text) & 0x7FFFFFFF for text in texts]


@pytest.mark.parametrize(
    ("key", "partition"),
    [
        ("01a1fd6e-d29c-7cb5-afb8-d5e215a9744b", 2),
        ("00000000-0000-0000-0000-000000000000", 9),
        ("ffffffff-ffff-ffff-ffff-ffffffffffff", 6),
    ],
)
def test_a_key_stays_on_its_partition_for_good(key: str, partition: int) -> None:
    """Another one would break the order of what is on the log already."""
    assert hashes_of([key.encode()])[0] % 12 == partition
