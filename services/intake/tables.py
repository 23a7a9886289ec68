"""Intake's tables: the ledger, and what its pages and lists are read from."""

from sqlalchemy import Boolean, Column, DateTime, Index, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from shared.platform.tables import Ledger

metadata = MetaData()
ledger = Ledger(metadata)
_INSTANT = DateTime(timezone=True)

households = Table(
    "households",
    metadata,
    Column("household", UUID, primary_key=True),
    Column("ward", Text),
    Column("disaster", UUID),
    Column("shelter", UUID),
    Column("sheet_no", Text),
    Column("members", ARRAY(UUID), nullable=False),
    Column("representative", UUID),
    Column("inquiry_consent", Text),
    Column("sharing_confirmed", Boolean),
    Column("marks", Integer, nullable=False),
    Column("written_at", _INSTANT),
    Column("recorded_at", _INSTANT, nullable=False),
    Index("households_list", "ward", "recorded_at", "household"),
)
"""One row a household, as it stands now."""

persons = Table(
    "persons",
    metadata,
    Column("person", UUID, primary_key=True),
    Column("household", UUID, nullable=False, index=True),
    Column("ward", Text),
    Column("disaster", UUID),
    Column("presence", Text, nullable=False),
    Column("shelter", UUID, index=True),
    Column("place_kind", Text, nullable=False),
    Column("lodging", Text),
    Column("age_band", Text, nullable=False),
    Column("needs", ARRAY(Text), nullable=False),
    Column("care", Boolean, nullable=False),
    Column("since", _INSTANT, nullable=False),
)
"""One row a person, as things stand now."""

stays = Table(
    "stays",
    metadata,
    Column("event", UUID, primary_key=True),
    Column("person", UUID, nullable=False),
    Column("presence", Text, nullable=False),
    Column("shelter", UUID),
    Column("place_kind", Text, nullable=False),
    Column("lodging", Text),
    Column("happened", _INSTANT, nullable=False),
    Column("recorded_at", _INSTANT, nullable=False),
    Index("stays_person", "person", "happened"),
    Index("stays_shelter", "shelter"),
)
"""Where each person was from when on: the roster of a shelter at any instant comes out of it (K4-023)."""

shelters = Table(
    "shelters",
    metadata,
    Column("shelter", UUID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("ward", Text),
)
"""What intake knows of the master, which is transfer's."""

disasters = Table(
    "disasters",
    metadata,
    Column("disaster", UUID, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("drill", Boolean, nullable=False),
    Column("title", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("began", _INSTANT, nullable=False),
)

household_words = Table(
    "household",
    metadata,
    Column("household", UUID, primary_key=True),
    Column("words", JSONB, nullable=False),
    Column("car", Text),
    schema="personal",
)
"""Open words of households, to be searched (K4-006) and shown. Forgetting deletes the row."""
