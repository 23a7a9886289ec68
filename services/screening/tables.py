"""Screening's tables: the ledger, the nurses' queue, and what screening knows of persons, facilities and needs."""

from sqlalchemy import Boolean, Column, DateTime, Float, Index, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from shared.platform.tables import Ledger

metadata = MetaData()
ledger = Ledger(metadata)
_INSTANT = DateTime(timezone=True)

queue = Table(
    "queue",
    metadata,
    Column("person", UUID, primary_key=True),
    Column("household", UUID),
    Column("ward", Text),
    Column("disaster", UUID),
    Column("state", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("observations", ARRAY(Text), nullable=False),
    Column("risk", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("rules", Text, nullable=False),
    Column("runs_out_at", _INSTANT),
    Column("waiting_since", _INSTANT, nullable=False),
    Column("nurse", Text),
    Column("taken_at", _INSTANT),
    Column("calls", Integer, nullable=False),
    Column("last_call_at", _INSTANT),
    Column("last_call_outcome", Text),
    Column("decision", UUID),
    Column("destination", Text),
    Column("interim", Text),
    Column("decided_by", Text),
    Column("decided_at", _INSTANT),
    Column("again_at", _INSTANT),
    Column("ended", Text),
    Column("since", _INSTANT, nullable=False),
    Index("queue_order", "state", "rank", "runs_out_at", "waiting_since", "person"),
    Index("queue_ward", "ward", "state"),
    Index("queue_decision", "decision"),
)
"""One row a person who was ever to be screened, as it stands now: waiting, taken, decided, ended. Sorted by rank, then
by what runs out first, then by who has waited longest."""

answers = Table(
    "answers",
    metadata,
    Column("person", UUID, primary_key=True),
    Column("question", Text, primary_key=True),
    Column("answer", Text, nullable=False),
    Column("guide", Text, nullable=False),
    Column("nurse", Text, nullable=False),
    Column("answered_at", _INSTANT, nullable=False),
)
"""The answers that count now, each with who wrote it down and when."""

visits = Table(
    "visits",
    metadata,
    Column("visit", UUID, primary_key=True),
    Column("person", UUID, nullable=False, index=True),
    Column("ward", Text),
    Column("state", Text, nullable=False),
    Column("nurse", Text),
    Column("ordered_by", Text),
    Column("ordered_at", _INSTANT, nullable=False),
    Column("accepted_at", _INSTANT),
    Column("made_at", _INSTANT),
    Column("outcome", Text),
    Column("attempts", Integer, nullable=False),
    Index("visits_list", "state", "ordered_at", "visit"),
)
"""Nurses' visits: ordered, accepted, made, or dropped (another order, a decision or an end took its place)."""

persons = Table(
    "persons",
    metadata,
    Column("person", UUID, primary_key=True),
    Column("household", UUID),
    Column("ward", Text),
    Column("disaster", UUID),
    Column("presence", Text, nullable=False),
    Column("place_kind", Text, nullable=False),
    Column("shelter", UUID, index=True),
    Column("lodging", Text),
    Column("age_band", Text, nullable=False),
    Column("needs", ARRAY(Text), nullable=False),
    Column("care", Boolean, nullable=False),
    Column("aids", ARRAY(Text), nullable=False),
    Column("communication", ARRAY(Text), nullable=False),
    Column("observations", ARRAY(Text), nullable=False),
    Column("groups", ARRAY(Text), nullable=False),
    Column("carer", Text),
    Column("power_needed", Boolean),
    Column("power_hours", Float),
    Column("power_said_at", _INSTANT),
    Column("medicine_days", Integer),
    Column("medicine_said_at", _INSTANT),
)
"""What intake's events say of every evacuee (those without needs as well: anybody can be asked for)."""

aliases = Table(
    "aliases",
    metadata,
    Column("person", UUID, primary_key=True),
    Column("merge", UUID, primary_key=True),
    Column("other", UUID, nullable=False),
    Column("kept", UUID, nullable=False),
)
"""Registrations that are one person: a row for each side of a merge that was not taken back."""

facilities = Table(
    "facilities",
    metadata,
    Column("facility", UUID, primary_key=True),
    Column("name", Text),
    Column("kind", Text),
    Column("ward", Text),
    Column("open", Boolean, nullable=False),
)
"""What screening knows of the master, which is transfer's: names of places, and which welfare shelters are open."""

moves = Table(
    "moves",
    metadata,
    Column("need", UUID, primary_key=True),
    Column("person", UUID, nullable=False, index=True),
    Column("decision", UUID, index=True),
    Column("state", Text),
    Column("facility", UUID),
    Column("accepted_at", _INSTANT),
    Column("arrived_at", _INSTANT),
)
"""How far the move is that a decision led to (K4-096). Need and placement come by two topics, in any order."""

disasters = Table(
    "disasters",
    metadata,
    Column("disaster", UUID, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("began", _INSTANT, nullable=False),
)
"""The stages upon which the health team changes its name and standing (K4-097)."""

guides = Table(
    "guides",
    metadata,
    Column("guide", Text, primary_key=True),
    Column("data", JSONB, nullable=False),
    Column("since", _INSTANT, nullable=False),
)
"""Every destination guide that a decision was made by: an old decision shows the version that it used (K4-093)."""
