"""How aiokafka's fetches go over the wire: in sessions, and without keeping what is still to come waiting (ADR 7).

Fetch sessions (KIP-227): only what has changed is asked for and answered, not every partition every time.

aiokafka 0.14 names all its partitions in every fetch, and the broker answers with all of them: twelve a topic, for a
handful of events. In a session the broker remembers what is asked for. Here that is put between aiokafka's
fetcher and its client: the fetcher goes on naming everything, what goes over the wire is the difference.

A fetch that leaves out what is still to be consumed waits but a moment: aiokafka has one fetch a broker on its way, and
what is consumed meanwhile is not asked for until that one is answered. With nothing new on the other partitions a
backlog stood still for half a second each time.

The session is begun anew after anything that leaves a doubt: an error, a broken connection, an answer that nobody
waited for.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final

from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.fetch import FetchRequest

_SINCE: Final = 7
"""The first version of a fetch that has sessions."""
_UNKNOWN: Final = frozenset({70, 71})
"""The broker does not know the session, or has counted otherwise: it was restarted, or others took its place."""
_LAST: Final = 2**31 - 1
"""After this many fetches a session is counted from one again."""
_MOMENT, _LONGEST = 10, 60_000
"""Milliseconds that a fetch waits which leaves something out; twice as long each time that it goes on to do so."""

Place = tuple[str, int]
"""A topic and a partition."""


class Difference:
    """What of a fetch has changed since the one before it; to aiokafka's connection it is a request like any other."""

    def __init__(self, whole: FetchRequest, session: int, epoch: int, known: Mapping[Place, tuple[int, int]]) -> None:
        self._whole, self._session, self._epoch = whole, session, epoch
        self.patience: int | None = None
        """Milliseconds that it waits at most for something to come; without it as long as the whole one."""
        self.wanted = {
            (topic, partition): (offset, most)
            for topic, partitions in whole.topics
            for partition, offset, most in partitions
        }
        self._changed = {place for place, asked in self.wanted.items() if known.get(place) != asked}
        gone: defaultdict[str, list[int]] = defaultdict(list)
        for topic, partition in known.keys() - self.wanted.keys():
            gone[topic].append(partition)
        self._gone = list(gone.items())

    def prepare(self, versions: Any) -> Any:
        """Return what goes over the wire; all of it where this version of a fetch has no sessions."""
        built = self._whole.prepare(versions)
        if self.patience is not None:
            built.max_wait_time = min(built.max_wait_time, self.patience)
        if built.API_VERSION >= _SINCE:
            built.session_id, built.session_epoch, built.forgotten_topics_data = self._session, self._epoch, self._gone
            built.topics = _only(self._changed, built.topics)
        return built


def _only(places: Container[Place], topics: Iterable[tuple[str, Sequence[Any]]]) -> list[tuple[str, list[Any]]]:
    """Return what is said of these places alone."""
    found = ((topic, [one for one in said if (topic, one[0]) in places]) for topic, said in topics)
    return [(topic, said) for topic, said in found if said]


class Patience:
    """How long fetches of one broker wait, whether or not there is a session."""

    def __init__(self) -> None:
        self._asked: AbstractSet[Place] = frozenset()
        self._left_out: AbstractSet[Place] = frozenset()
        self._milliseconds = _MOMENT

    def of(self, wanted: AbstractSet[Place]) -> int | None:
        """Return the milliseconds that a fetch of these places may wait; None: as long as it wants to."""
        newly, before = self._asked - wanted, self._left_out - wanted
        self._asked, self._left_out = wanted, newly | before
        if newly:
            self._milliseconds = _MOMENT
        elif before:  # still to be consumed, or others' since a rebalance: who knows
            self._milliseconds = min(2 * self._milliseconds, _LONGEST)
        else:
            return None
        return self._milliseconds


class FetchSession:
    """What one broker knows of what is asked for."""

    def __init__(self) -> None:
        self._id = self._epoch = 0
        self._known: dict[Place, tuple[int, int]] = {}
        self._patience = Patience()

    def begin_anew(self) -> None:
        """Forget the session: the next fetch is whole, and the broker closes what it has."""
        self._epoch = 0
        self._known = {}

    def next(self, whole: FetchRequest) -> Difference:
        """Return what is to be sent for this fetch."""
        asked = Difference(whole, self._id, self._epoch, self._known)
        asked.patience = self._patience.of(asked.wanted.keys())
        return asked

    def take(self, asked: Difference, answer: Any) -> bool:
        """Note an answer; leave out of it what was not asked for. False: the fetch is to be sent anew, whole."""
        if answer.API_VERSION < _SINCE:
            return True
        if answer.error_code:
            self.begin_anew()
            self._id = 0
            return answer.error_code not in _UNKNOWN
        self._id = answer.session_id
        if not self._id:  # the broker has no room for a session
            self.begin_anew()
        else:
            self._epoch = self._epoch + 1 if self._epoch < _LAST else 1
            self._known = asked.wanted
        answer.topics = _only(asked.wanted, answer.topics)
        return True


def keep_sessions(client: AIOKafkaClient) -> None:
    """Have this client send its fetches in sessions, one a broker. (aiokafka has one fetch a broker on its way.)"""
    send = client.send
    sessions: defaultdict[int, FetchSession] = defaultdict(FetchSession)

    async def send_in_session(node_id: int, request: Any, **how: Any) -> Any:
        if type(request) is not FetchRequest:
            return await send(node_id, request, **how)
        session = sessions[node_id]
        for _ in range(2):
            asked = session.next(request)
            try:
                answer = await send(node_id, asked, **how)
            except BaseException:
                session.begin_anew()
                raise
            if session.take(asked, answer):
                break
        return answer

    client.send = send_in_session
