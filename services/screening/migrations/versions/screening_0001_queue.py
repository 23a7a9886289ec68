"""The ledger; the nurses' queue with answers and visits; what is known of persons, facilities, moves and stages."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.platform.ledger_migrations import create_ledger_1

revision = "screening_0001"
down_revision = None


def upgrade() -> None:
    create_ledger_1()
    op.create_table(
        "aliases",
        sa.Column("person", sa.UUID(), nullable=False),
        sa.Column("merge", sa.UUID(), nullable=False),
        sa.Column("other", sa.UUID(), nullable=False),
        sa.Column("kept", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("person", "merge"),
    )
    op.create_table(
        "answers",
        sa.Column("person", sa.UUID(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("guide", sa.Text(), nullable=False),
        sa.Column("nurse", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", "question"),
    )
    op.create_table(
        "disasters",
        sa.Column("disaster", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("began", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("disaster"),
    )
    op.create_table(
        "facilities",
        sa.Column("facility", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("ward", sa.Text(), nullable=True),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("facility"),
    )
    op.create_table(
        "guides",
        sa.Column("guide", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("guide"),
    )
    op.create_table(
        "moves",
        sa.Column("need", sa.UUID(), nullable=False),
        sa.Column("person", sa.UUID(), nullable=False),
        sa.Column("decision", sa.UUID(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("facility", sa.UUID(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("need"),
    )
    op.create_index("ix_moves_decision", "moves", ["decision"], unique=False)
    op.create_index("ix_moves_person", "moves", ["person"], unique=False)
    op.create_table(
        "persons",
        sa.Column("person", sa.UUID(), nullable=False),
        sa.Column("household", sa.UUID(), nullable=True),
        sa.Column("ward", sa.Text(), nullable=True),
        sa.Column("disaster", sa.UUID(), nullable=True),
        sa.Column("presence", sa.Text(), nullable=False),
        sa.Column("place_kind", sa.Text(), nullable=False),
        sa.Column("shelter", sa.UUID(), nullable=True),
        sa.Column("lodging", sa.Text(), nullable=True),
        sa.Column("age_band", sa.Text(), nullable=False),
        sa.Column("needs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("care", sa.Boolean(), nullable=False),
        sa.Column("aids", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("communication", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("observations", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("groups", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("carer", sa.Text(), nullable=True),
        sa.Column("power_needed", sa.Boolean(), nullable=True),
        sa.Column("power_hours", sa.Float(), nullable=True),
        sa.Column("power_said_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("medicine_days", sa.Integer(), nullable=True),
        sa.Column("medicine_said_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("person"),
    )
    op.create_index("ix_persons_shelter", "persons", ["shelter"], unique=False)
    op.create_table(
        "queue",
        sa.Column("person", sa.UUID(), nullable=False),
        sa.Column("household", sa.UUID(), nullable=True),
        sa.Column("ward", sa.Text(), nullable=True),
        sa.Column("disaster", sa.UUID(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("observations", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("risk", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("runs_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("nurse", sa.Text(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("last_call_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_call_outcome", sa.Text(), nullable=True),
        sa.Column("decision", sa.UUID(), nullable=True),
        sa.Column("destination", sa.Text(), nullable=True),
        sa.Column("interim", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("again_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended", sa.Text(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person"),
    )
    op.create_index("queue_decision", "queue", ["decision"], unique=False)
    op.create_index("queue_order", "queue", ["state", "rank", "runs_out_at", "waiting_since", "person"], unique=False)
    op.create_index("queue_ward", "queue", ["ward", "state"], unique=False)
    op.create_table(
        "visits",
        sa.Column("visit", sa.UUID(), nullable=False),
        sa.Column("person", sa.UUID(), nullable=False),
        sa.Column("ward", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("nurse", sa.Text(), nullable=True),
        sa.Column("ordered_by", sa.Text(), nullable=True),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("visit"),
    )
    op.create_index("ix_visits_person", "visits", ["person"], unique=False)
    op.create_index("visits_list", "visits", ["state", "ordered_at", "visit"], unique=False)
