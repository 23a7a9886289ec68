"""Which partition a key belongs to: Kafka's own rule (murmur2 over the key's bytes), for many keys at once.

The rule must be the default one, so that whatever else writes or reads the topics agrees. In plain Python murmur2
costs more than all the rest of sending an event; here the keys of a batch lie side by side in the 64-bit lanes of one
large integer, and every step of the hash is taken for all of them together.
"""

import struct
from collections.abc import Sequence

_M = 0x5BD1E995
_SEED = 0x9747B28C
_LENGTH = 36  # of a UUID's text, a multiple of the four bytes that a step takes: there is no tail
_WORDS = _LENGTH // 4


def hashes_of(keys: Sequence[bytes]) -> list[int]:
    """Return the hash of each key, a UUID's text: modulo the number of partitions it is the key's partition."""
    lanes = len(keys)
    words = struct.unpack(f"<{lanes * _WORDS}I", b"".join(keys))
    low = int.from_bytes(b"\xff\xff\xff\xff\0\0\0\0" * lanes, "little")
    layout = f"<{lanes}Q"
    h = int.from_bytes(struct.pack("<Q", _SEED ^ _LENGTH) * lanes, "little")
    for n in range(_WORDS):
        k = int.from_bytes(struct.pack(layout, *words[n::_WORDS]), "little") * _M & low
        k = (k ^ k >> 24 & low) * _M & low
        h = (h * _M & low) ^ k
    h = (h ^ h >> 13 & low) * _M & low
    h ^= h >> 15 & low
    return [one & 0x7FFFFFFF for one in struct.unpack(layout, h.to_bytes(8 * lanes, "little"))]
