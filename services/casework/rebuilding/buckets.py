"""Messages laid down by their key in files: all that is about one person is found together, in bounded memory.

Each reading process has a file of its own, which has no name (it is gone with the processes that have it open). A
file is a row of segments; each holds messages of one bucket and says where the one before it of that bucket begins.
"""

import os
import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from zlib import crc32

import msgspec

from shared.contracts.envelope import envelope_text, from_text, read_value
from shared.platform.causes import cause
from shared.platform.inbox import Broken, Incoming, Message, read_message

NOTHING = -1
"""In place of a segment's position: there is none."""
_MOST, _MOST_BYTES = 16_000, 16 << 20
_HEAD = struct.Struct("<qI")
_encoder = msgspec.msgpack.Encoder()


class Laid(NamedTuple):
    """A message as it is laid down. `said`: its envelope as one text where that can be had, else its headers."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    said: bytes | tuple[tuple[str, bytes], ...]
    value: bytes | None

    def read(self) -> Incoming | Broken:
        """Read it, as `read_message` does. Raises nothing."""
        if isinstance(self.said, tuple):
            return read_message(Message(self.topic, self.partition, self.offset, self.key, self.said, self.value))
        try:
            recorded = read_value(from_text(self.said), self.value)
        except Exception as error:  # noqa: BLE001 - one message that nobody foresaw must not stop all that follow it
            return Broken(Message(self.topic, self.partition, self.offset, self.key, (), self.value), cause(error))
        return Incoming(recorded, self.topic, self.partition, self.offset)


_decoder = msgspec.msgpack.Decoder(list[Laid])


def number_of(key: bytes | None) -> int:
    """Return a number that every spelling of one key has."""
    return crc32(key.lower().replace(b"-", b"")) if key else 0


class Laying:
    """Laying messages down into one file."""

    def __init__(self, file: int, buckets: int) -> None:
        """`file`: its descriptor. `buckets`: a power of two."""
        self.last = [NOTHING] * buckets
        """Where the last segment of each bucket begins."""
        self.counts = [0] * buckets
        self._file = open(file, "wb", buffering=1 << 20, closefd=False)  # noqa: SIM115 - open as long as this is
        self._end = 0
        self._waiting: list[list[tuple[object, ...]]] = [[] for _ in range(buckets)]
        self._held = self._bytes = 0

    def lay(self, messages: Sequence[Message]) -> None:
        """Lay these messages down. Raises OSError where there is no room."""
        waiting, mask = self._waiting, len(self._waiting) - 1
        for topic, partition, offset, key, headers, value in messages:
            said = envelope_text(headers, topic=topic, key=key) or headers
            waiting[number_of(key) & mask].append((topic, partition, offset, key, said, value))  # a `Laid`
            self._bytes += len(value or b"")
        self._held += len(messages)
        if self._held >= _MOST or self._bytes >= _MOST_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write what is held."""
        for bucket, messages in enumerate(self._waiting):
            if messages:
                text = _encoder.encode(messages)
                self._file.write(_HEAD.pack(self.last[bucket], len(text)))
                self._file.write(text)
                self.last[bucket] = self._end
                self.counts[bucket] += len(messages)
                self._end += _HEAD.size + len(text)
                messages.clear()
        self._file.flush()
        self._held = self._bytes = 0


def laid(file: int, last: int) -> Iterator[list[Laid]]:
    """Yield a bucket's messages, segment by segment in the order in which they were laid down.

    `last`: where its last segment begins.
    """
    segments = []
    while last != NOTHING:
        before, length = _HEAD.unpack(os.pread(file, _HEAD.size, last))
        segments.append((last + _HEAD.size, length))
        last = before
    for begin, length in reversed(segments):
        yield _decoder.decode(os.pread(file, length, begin))
