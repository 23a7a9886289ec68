"""Tables of what casework says itself, its cases and conferences, and of who looked at whom.

`DESK` is made from casework's own events in the transaction that appends them, so that a caseworker works on while
Kafka is away.
"""

from sqlalchemy import Boolean, Column, Date, DateTime, Index, Integer, SmallInteger, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from services.casework.tables import metadata

_INSTANT = DateTime(timezone=True)

cases = Table(
    "cases",
    metadata,
    Column("case", UUID, primary_key=True),
    Column("person", UUID, nullable=False),
    Column("household", UUID),
    Column("ward", Text),
    Column("disaster", UUID),
    Column("status", Text, nullable=False),
    Column("opened_for", Text, nullable=False),
    Column("worker", Text),
    Column("handed_to", Text),
    Column("base", Text),
    Column("scheme", Text),
    Column("housing", Text),
    Column("living", Text),
    Column("class", Text),
    Column("continues", Boolean),
    Column("assessed_at", _INSTANT),
    Column("visit_every_days", Integer),
    Column("visited_at", _INSTANT),
    Column("next_visit", Date),
    Column("visits", Integer, nullable=False),
    Column("opened_at", _INSTANT, nullable=False),
    Column("closed_at", _INSTANT),
    Column("closed_for", Text),
    Index("cases_person", "person", unique=True),
    Index("cases_worker", "worker", "status"),
    Index("cases_visits", "next_visit", "case", postgresql_where=text("status = 'open' AND next_visit IS NOT NULL")),
)
"""One row a case, as it stands now."""

referrals = Table(
    "referrals",
    metadata,
    Column("referral", UUID, primary_key=True),
    Column("case", UUID, nullable=False, index=True),
    Column("person", UUID, nullable=False),
    Column("provider", Text, nullable=False),
    Column("consent", Text, nullable=False),
    Column("reason", Text),
    Column("conference", UUID),
    Column("task", UUID),
    Column("state", Text, nullable=False),
    Column("referred_at", _INSTANT, nullable=False),
    Column("answered_at", _INSTANT),
)
"""つなぎ to providers, with consent and answer."""

conferences = Table(
    "conferences",
    metadata,
    Column("conference", UUID, primary_key=True),
    Column("case", UUID, nullable=False),
    Column("person", UUID, nullable=False),
    Column("ward", Text),
    Column("at", _INSTANT, nullable=False),
    Column("status", Text, nullable=False),
    Column("agenda", ARRAY(Text), nullable=False),
    Column("held_at", _INSTANT),
    Column("city_present", Boolean),
    Column("decision", Text),
    Column("look_again_on", Date),
    Column("reason", Text),
    Index("conferences_person", "person"),
    Index("conferences_at", "at", "conference"),
)
"""One row a case conference."""

members = Table(
    "members",
    metadata,
    Column("conference", UUID, primary_key=True),
    Column("seat", SmallInteger, primary_key=True),
    Column("person", UUID, nullable=False),
    Column("actor", Text),
    Column("role", Text, nullable=False),
    Column("confidential", Boolean, nullable=False),
    Column("present", Boolean),
    Index("members_actor", "actor", "person", postgresql_where=text("actor IS NOT NULL")),
)
"""Who sits in a conference now: what decides what a member may see (K0-022, K0-024)."""

tasks = Table(
    "tasks",
    metadata,
    Column("task", UUID, primary_key=True),
    Column("conference", UUID, nullable=False, index=True),
    Column("case", UUID, nullable=False),
    Column("person", UUID, nullable=False),
    Column("owner", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("due", Date),
    Column("provider", Text),
    Column("state", Text, nullable=False),
    Column("finished_at", _INSTANT),
    Index("tasks_due", "due", "task", postgresql_where=text("state = 'open'")),
)
"""Who does what until when (K0-020)."""

DESK: tuple[Table, ...] = (cases, referrals, conferences, members, tasks)
"""Made from casework's own events, in the transaction that appends them."""

views = Table(
    "views",
    metadata,
    Column("person", UUID, primary_key=True),
    Column("at", _INSTANT, primary_key=True),
    Column("id", UUID, primary_key=True),
    Column("actor", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("opened", Boolean, nullable=False),
)
"""Who looked at whom, when, at what, and whether words were open to them (K4-169). Not made from events: kept."""
