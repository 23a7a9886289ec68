"""Casework's tables: the ledger, the timeline and what is folded from it. Its own cases stand in `tables_desk`.

`PROJECTED` is made from the log alone and can be thrown away (`rebuild`).
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from shared.platform.tables import Ledger, session_tables

metadata = MetaData()
ledger = Ledger(metadata)
sign_ins, sessions = session_tables(metadata)
_INSTANT = DateTime(timezone=True)

timeline = Table(
    "timeline",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("key", UUID, nullable=False),
    Column("at", _INSTANT, nullable=False),
    Column("recorded_at", _INSTANT, nullable=False),
    Column("service", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("topic", Text, nullable=False),
    Column("part", SmallInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("subject", UUID, nullable=False),
    Column("person", UUID),
    Column("household", UUID),
    Column("time", _INSTANT, nullable=False),
    Column("precision", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("said_by", Text),
    Column("correlation", UUID, nullable=False),
    Column("causation", UUID, nullable=False),
    Column("corrects", UUID),
    Column("disaster", UUID),
    Column("ward", Text),
    Column("device_offset", Integer),
    Column("value", LargeBinary, nullable=False),
    Index("timeline_order", "key", "at", "recorded_at", "service", "id"),
    Index("timeline_corrects", "corrects", postgresql_where=text("corrects IS NOT NULL")),
)
"""One row an event, of every service: the row is the inbox, too. `at` is where it settles (`domain.timeline`);
`person` is the key where a person is concerned; `value` is the body with its sealed part, byte for byte; `part` and
`position` are where it first stood on the log."""

people = Table(
    "people",
    metadata,
    Column("person", UUID, primary_key=True),
    Column("standing", Text, nullable=False),
    Column("registered_heard", _INSTANT),
    Column("household", UUID),
    Column("disaster", UUID),
    Column("ward", Text),
    Column("wards", ARRAY(Text), nullable=False),
    Column("representative", Boolean, nullable=False),
    Column("age_band", Text, nullable=False),
    Column("needs", ARRAY(Text), nullable=False),
    Column("needs_care", Boolean, nullable=False),
    Column("presence", Text, nullable=False),
    Column("place_kind", Text, nullable=False),
    Column("shelter", UUID),
    Column("lodging", Text),
    Column("left_for", Text),
    Column("facility", UUID),
    Column("screening", Text, nullable=False),
    Column("risk", Text),
    Column("urgent", Boolean, nullable=False),
    Column("nurse", Text),
    Column("round", Integer, nullable=False),
    Column("requested_at", _INSTANT),
    Column("phoned_at", _INSTANT),
    Column("visit_ordered_at", _INSTANT),
    Column("visit_made_at", _INSTANT),
    Column("decided_at", _INSTANT),
    Column("destination", Text),
    Column("interim", Text),
    Column("need", Text, nullable=False),
    Column("asked_at", _INSTANT),
    Column("accepted_at", _INSTANT),
    Column("moved_at", _INSTANT),
    Column("arrived_at", _INSTANT),
    Column("case", UUID),
    Column("case_state", Text, nullable=False),
    Column("worker", Text),
    Column("base", Text),
    Column("assessed", Text),
    Column("conference_at", _INSTANT),
    Column("same_as", ARRAY(UUID), nullable=False),
    Column("linked", ARRAY(UUID), nullable=False),
    Column("kept", UUID),
    Column("last_contact", _INSTANT),
    Column("last_heard", _INSTANT),
    Index("people_ward", "ward", "standing"),
    Index("people_shelter", "shelter", postgresql_where=text("shelter IS NOT NULL")),
    Index("people_household", "household"),
    Index("people_silent", "last_contact", "person"),
    Index("people_lost", "person", postgresql_where=text("standing = 'lost'")),
)
"""One row a registration, as its way stands now (`domain.journey`); `linked`: every registration that it was ever
merged with, taken back or not."""

handoffs = Table(
    "handoffs",
    metadata,
    Column("handoff", UUID, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("person", UUID, nullable=False),
    Column("household", UUID),
    Column("disaster", UUID),
    Column("ward", Text),
    Column("wards", ARRAY(Text), nullable=False),
    Column("about", UUID),
    Column("state", Text, nullable=False),
    Column("owner", Text),
    Column("urgent", Boolean, nullable=False),
    Column("opened_by", UUID, nullable=False),
    Column("opened_at", _INSTANT, nullable=False),
    Column("opened_heard", _INSTANT, nullable=False),
    Column("due", _INSTANT, nullable=False),
    Column("taken_by", UUID),
    Column("taken_at", _INSTANT),
    Column("taken_heard", _INSTANT),
    Column("closed_by", UUID),
    Column("closed_at", _INSTANT),
    Column("done", Boolean, nullable=False),
    Column("reason", Text),
    Column("late", Boolean, nullable=False),
    Column("escalated_at", _INSTANT),
    Column("level", Text),
    Index("handoffs_person", "person"),
    Index("handoffs_open", "due", "handoff", postgresql_where=text("state = 'open'")),
    Index("handoffs_unfinished", "ward", "kind", "state", "due", postgresql_where=text("closed_by IS NULL")),
    Index("handoffs_ward", "ward", "kind", "state", "due", "handoff"),
    Index("handoffs_owner", "owner", "due", postgresql_where=text("owner IS NOT NULL AND closed_by IS NULL")),
)
"""One row a hand-off (`domain.handoffs`). What is stored comes from events alone: overdue is computed when read."""

placements = Table(
    "placements",
    metadata,
    Column("person", UUID, primary_key=True),
    Column("placement", UUID, primary_key=True),
    Column("facility", UUID, nullable=False),
    Column("need", UUID, nullable=False),
    Column("state", Text, nullable=False),
    Column("held", Boolean, nullable=False, server_default=text("false")),
    Column("group", Text),
    Column("until", _INSTANT),
    Column("asked_at", _INSTANT),
    Column("answered_at", _INSTANT),
    Column("arrived_at", _INSTANT),
    Column("ended_at", _INSTANT),
    Column("reason", Text),
    Index("placements_facility", "facility", "state"),
)
"""Who was asked for whom, and what came of it; two live ones of united registrations are a conflict in sight."""

trips = Table(
    "trips",
    metadata,
    Column("person", UUID, primary_key=True),
    Column("trip", UUID, primary_key=True),
    Column("placement", UUID),
    Column("facility", UUID),
    Column("by", Text),
    Column("vehicle", Text),
    Column("partner", Text),
    Column("state", Text, nullable=False),
    Column("planned_at", _INSTANT),
    Column("pick_up_at", _INSTANT),
    Column("wanted_at", _INSTANT),
    Index("trips_state", "state", "wanted_at"),
)
"""Drives, with since when they are wanted (K4-160)."""

stays = Table(
    "stays",
    metadata,
    Column("person", UUID, primary_key=True),
    Column("stay", UUID, primary_key=True),
    Column("kept", UUID),
    Column("place_kind", Text, nullable=False),
    Column("shelter", UUID),
    Column("ward", Text),
    Column("since", _INSTANT, nullable=False),
    Column("until", _INSTANT),
    Index("stays_shelter", "shelter", "since", "until", postgresql_where=text("shelter IS NOT NULL")),
)
"""Who stayed where from when until when, as it happened (`domain.stays`); `kept`: which registration is shown in this
one's place. A person's stays follow one another and never overlap."""

households = Table(
    "households",
    metadata,
    Column("household", UUID, primary_key=True),
    Column("ward", Text),
    Column("disaster", UUID),
    Column("registered_heard", _INSTANT),
    Column("sheet_no", Text),
    Column("members", ARRAY(UUID), nullable=False),
    Column("representative", UUID),
    Column("place_kind", Text, nullable=False),
    Column("shelter", UUID),
    Column("damage", Text),
    Column("sharing_confirmed", Boolean),
    Column("marks", Integer, nullable=False),
    Index("households_ward", "ward"),
)
"""One row a survey sheet, as far as the board needs it."""

facilities = Table(
    "facilities",
    metadata,
    Column("facility", UUID, primary_key=True),
    Column("name", Text),
    Column("kind", Text),
    Column("ward", Text),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("published", Boolean, nullable=False),
    Column("invented", Boolean, nullable=False),
    Column("size", Integer),
    Column("size_invented", Boolean, nullable=False, server_default=text("false")),
    Column("steps", JSONB, nullable=False),
    Column("step", Text),
    Column("open", Boolean, nullable=False),
    Column("opened_at", _INSTANT),
    Column("closed_at", _INSTANT),
    Column("total", Integer),
    Column("baseline", Integer),
    Column("by_group", JSONB, nullable=False, server_default=text("'{}'")),
    Column("reserved", Integer, nullable=False),
    Column("lacks", ARRAY(Text), nullable=False),
    Column("reported_at", _INSTANT),
    Index("facilities_ward", "ward"),
)
"""One row a shelter or welfare shelter, as its own reports say (K4-155); a missing `total` is 不明, not 0."""

disasters = Table(
    "disasters",
    metadata,
    Column("disaster", UUID, primary_key=True),
    Column("kind", Text),
    Column("drill", Boolean, nullable=False),
    Column("title", Text),
    Column("wards", ARRAY(Text), nullable=False),
    Column("stage", Text),
    Column("began", _INSTANT),
    Column("stage_since", _INSTANT),
)
"""One row a disaster, with its stage (K4-157)."""

heard = Table(
    "heard",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("part", SmallInteger, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("recorded_at", _INSTANT, nullable=False),
)
"""How far each partition has been heard, and the latest instant at which anything heard of it was written: the age
of every figure."""

PROJECTED: tuple[Table, ...] = (
    timeline,
    people,
    handoffs,
    placements,
    trips,
    stays,
    households,
    facilities,
    disasters,
    heard,
)
"""Made from the log alone: a rebuild gives the same rows, byte for byte."""
