"""The promises, each as a query over what was gathered: it returns what breaks it, as text."""

from typing import NamedTuple


class Check(NamedTuple):
    """One promise, where it is looked for (`scratch`, or a service's own database), and the query of what breaks it."""

    promise: str
    where: str
    query: str


CHECKS: tuple[Check, ...] = (
    Check(
        "what a client was told is in the event store",
        "scratch",
        """
        SELECT format('%s %s@%s %s', a.service, a.stream, a.version, a.event) FROM acknowledged a
        WHERE NOT EXISTS (SELECT 1 FROM stored s WHERE s.service = a.service AND s.stream = a.stream
                          AND s.version = a.version)
           OR (a.event IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM stored s WHERE s.id = a.event AND s.service = a.service))
        """,
    ),
    Check(
        "a stream has no hole",
        "scratch",
        """
        SELECT format('%s %s: %s events, version %s', service, stream, count(*), max(version)) FROM stored
        GROUP BY service, stream HAVING count(*) <> max(version) OR min(version) <> 1
        """,
    ),
    Check(
        "what is in a store is on the log",
        "scratch",
        """
        SELECT format('%s %s@%s %s', s.service, s.stream, s.version, s.type) FROM stored_before s
        WHERE NOT EXISTS (SELECT 1 FROM log l WHERE l.id = s.id)
          AND NOT EXISTS (SELECT 1 FROM pending p WHERE p.id = s.id)
        """,
    ),
    Check(
        "what is on the log is in a store, as it is there",
        "scratch",
        """
        SELECT format('%s %s@%s on %s/%s/%s', l.service, l.stream, l.version, l.topic, l.part, l.position) FROM log l
        WHERE NOT EXISTS (SELECT 1 FROM stored s WHERE s.id = l.id AND s.service = l.service AND s.stream = l.stream
                          AND s.version = l.version AND s.topic = l.topic AND s.key = l.key)
        """,
    ),
    Check(
        "a stream is in order on the log",
        "scratch",
        """
        SELECT format('%s %s@%s comes as number %s', service, stream, version, place) FROM (
            SELECT service, stream, version,
                   row_number() OVER (PARTITION BY service, stream, topic ORDER BY part, position) AS place,
                   row_number() OVER (PARTITION BY service, stream, topic ORDER BY version) AS due
            FROM (SELECT DISTINCT ON (id) * FROM log ORDER BY id, part, position) first_seen
        ) numbered WHERE place <> due
        """,
    ),
    Check(
        "a stream is on one partition",
        "scratch",
        """
        SELECT format('%s %s on %s: partitions %s', service, stream, topic, array_agg(DISTINCT part)) FROM log
        GROUP BY service, stream, topic HAVING count(DISTINCT part) > 1
        """,
    ),
    Check(
        "what is on the log is on the timeline",
        "scratch",
        """
        SELECT format('%s %s@%s', l.service, l.stream, l.version) FROM log l
        WHERE NOT EXISTS (SELECT 1 FROM timeline t WHERE t.id = l.id)
          AND NOT EXISTS (SELECT 1 FROM dead d WHERE d.service IN ('casework', 'log') AND d.topic = l.topic
                          AND d.part = l.part AND d.position = l.position)
        """,
    ),
    Check(
        "what is on the timeline is in a store",
        "scratch",
        "SELECT t.id::text FROM timeline t WHERE NOT EXISTS (SELECT 1 FROM stored s WHERE s.id = t.id)",
    ),
    Check(
        "what a service had its effect from is in a store",
        "scratch",
        """
        SELECT format('%s %s', i.service, i.id) FROM inbox i
        WHERE NOT EXISTS (SELECT 1 FROM stored s WHERE s.id = i.id)
        """,
    ),
    Check(
        "every service has heard what is on its topics",
        "scratch",
        """
        SELECT format('%s has not heard %s of %s', h.service, l.id, l.topic) FROM heard h JOIN log l USING (topic)
        WHERE h.service <> 'casework'
          AND NOT EXISTS (SELECT 1 FROM inbox i WHERE i.service = h.service AND i.id = l.id)
          AND NOT EXISTS (SELECT 1 FROM dead d WHERE d.service = h.service AND d.topic = l.topic
                          AND d.part = l.part AND d.position = l.position)
        """,
    ),
    Check(
        "nothing was laid aside",
        "scratch",
        "SELECT format('%s: %s/%s/%s %s', service, topic, part, position, reason) FROM dead",
    ),
    Check(
        "nobody is promised a place that is not there",
        "transfer",
        """
        SELECT format('placement %s (%s) has no place', p.placement, p.state) FROM placements p
        WHERE (p.state IN ('accepted', 'arrived') OR (p.state = 'asked' AND p.held))
          AND NOT EXISTS (SELECT 1 FROM places WHERE places.placement = p.placement)
        """,
    ),
    Check(
        "no place is kept for nobody",
        "transfer",
        """
        SELECT format('place %s of %s for placement %s (%s)', l.id, l.facility, l.placement, p.state)
        FROM places l LEFT JOIN placements p USING (placement)
        WHERE l.placement IS NOT NULL AND (p.state IS NULL OR p.state NOT IN ('asked', 'accepted', 'arrived'))
        """,
    ),
    Check(
        "no facility has more places promised than it has, but for those marked over",
        "transfer",
        """
        SELECT format('%s: %s of %s', l.facility, count(*), c.total) FROM places l JOIN capacity c USING (facility)
        WHERE l.placement IS NOT NULL AND NOT l.over AND c.total IS NOT NULL
        GROUP BY l.facility, c.total HAVING count(*) > c.total
        """,
    ),
    Check(
        "every hand-off is open, taken or ended",
        "casework",
        "SELECT format('%s %s', handoff, state) FROM handoffs WHERE state NOT IN ('open', 'taken', 'ended')",
    ),
)

LOST = (
    Check(
        "nobody is lost",
        "casework",
        "SELECT person::text FROM people WHERE standing = 'lost'",
    ),
    Check(
        "everybody who was registered is on the timeline",
        "scratch",
        """
        SELECT DISTINCT s.key::text FROM stored s WHERE s.type = 'tsunagi.intake.person.registered.v1'
          AND EXISTS (SELECT 1 FROM stored_before b WHERE b.id = s.id)
          AND NOT EXISTS (SELECT 1 FROM timeline t WHERE t.id = s.id)
        """,
    ),
)

TWICE = (
    Check(
        "one version of a stream is one event",
        "scratch",
        """
        SELECT format('%s %s@%s', service, stream, version) FROM log
        GROUP BY service, stream, version HAVING count(DISTINCT id) > 1
        """,
    ),
    Check(
        "one cause has its effect in a stream once",
        "scratch",
        """
        SELECT format('%s %s: %s twice because of %s', service, stream, type, causation) FROM stored
        GROUP BY service, stream, type, causation HAVING count(*) > 1
        """,
    ),
    Check(
        "one decision opens one need",
        "transfer",
        """
        SELECT format('decision %s: %s needs', screening, count(*)) FROM needs WHERE screening IS NOT NULL
        GROUP BY screening HAVING count(*) > 1
        """,
    ),
    Check(
        "nobody has two places",
        "transfer",
        """
        -- Who stays at one facility may have been accepted by the next: the arrival there ends the stay here.
        SELECT format('person %s: %s', person, array_agg(placement)) FROM placements
        WHERE state IN ('accepted', 'arrived') GROUP BY person, state HAVING count(*) > 1
        """,
    ),
)
