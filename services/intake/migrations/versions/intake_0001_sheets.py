"""The ledger, and the lists of sheets, persons, stays and shelters."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.platform.ledger_migrations import create_ledger_1

revision = "intake_0001"
down_revision = None


def upgrade() -> None:
    create_ledger_1()
    op.create_table(
        "disasters",
        sa.Column("disaster", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("began", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("disaster"),
    )
    op.create_table(
        "households",
        sa.Column("household", sa.UUID(), nullable=False),
        sa.Column("ward", sa.Text(), nullable=True),
        sa.Column("disaster", sa.UUID(), nullable=True),
        sa.Column("shelter", sa.UUID(), nullable=True),
        sa.Column("sheet_no", sa.Text(), nullable=True),
        sa.Column("members", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column("representative", sa.UUID(), nullable=True),
        sa.Column("inquiry_consent", sa.Text(), nullable=True),
        sa.Column("sharing_confirmed", sa.Boolean(), nullable=True),
        sa.Column("marks", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("household"),
    )
    op.create_index("households_list", "households", ["ward", "recorded_at", "household"], unique=False)
    op.create_table(
        "household",
        sa.Column("household", sa.UUID(), nullable=False),
        sa.Column("words", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("car", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("household"),
        schema="personal",
    )
    op.create_table(
        "persons",
        sa.Column("person", sa.UUID(), nullable=False),
        sa.Column("household", sa.UUID(), nullable=False),
        sa.Column("ward", sa.Text(), nullable=True),
        sa.Column("disaster", sa.UUID(), nullable=True),
        sa.Column("presence", sa.Text(), nullable=False),
        sa.Column("shelter", sa.UUID(), nullable=True),
        sa.Column("place_kind", sa.Text(), nullable=False),
        sa.Column("lodging", sa.Text(), nullable=True),
        sa.Column("age_band", sa.Text(), nullable=False),
        sa.Column("needs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("care", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person"),
    )
    op.create_index(("ix_persons_household"), "persons", ["household"], unique=False)
    op.create_index(("ix_persons_shelter"), "persons", ["shelter"], unique=False)
    op.create_table(
        "shelters",
        sa.Column("shelter", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ward", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("shelter"),
    )
    op.create_table(
        "stays",
        sa.Column("event", sa.UUID(), nullable=False),
        sa.Column("person", sa.UUID(), nullable=False),
        sa.Column("presence", sa.Text(), nullable=False),
        sa.Column("shelter", sa.UUID(), nullable=True),
        sa.Column("place_kind", sa.Text(), nullable=False),
        sa.Column("lodging", sa.Text(), nullable=True),
        sa.Column("happened", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("event"),
    )
    op.create_index("stays_person", "stays", ["person", "happened"], unique=False)
    op.create_index("stays_shelter", "stays", ["shelter"], unique=False)
