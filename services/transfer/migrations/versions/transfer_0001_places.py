"""The ledger, the master with its places, needs, placements, trips, and what is known of persons."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.platform.ledger_migrations import create_ledger_1

revision = "transfer_0001"
down_revision = None


def upgrade() -> None:
    create_ledger_1()
    op.create_table(
        "aliases",
        sa.Column("merge", sa.UUID(), nullable=False),
        sa.Column("one", sa.UUID(), nullable=False),
        sa.Column("other", sa.UUID(), nullable=False),
        sa.Column("kept", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("merge"),
    )
    op.create_index("ix_aliases_one", "aliases", ["one"], unique=False)
    op.create_index("ix_aliases_other", "aliases", ["other"], unique=False)
    op.create_table(
        "capacity",
        sa.Column("facility", sa.UUID(), nullable=False),
        sa.Column("report", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("facility"),
    )
    op.create_table(
        "decisions",
        sa.Column("event", sa.UUID(), nullable=False),
        sa.Column("person", sa.UUID(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("key", sa.UUID(), nullable=False),
        sa.Column("headers", sa.LargeBinary(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("event"),
    )
    op.create_index("ix_decisions_person", "decisions", ["person"], unique=False)
    op.create_table(
        "facilities",
        sa.Column("facility", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("ward", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("receives", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("hazards", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("at_risk", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("same_place", sa.Boolean(), nullable=True),
        sa.Column("designated", sa.Boolean(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("invented", sa.Boolean(), nullable=False),
        sa.Column("official_id", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("licence", sa.Text(), nullable=True),
        sa.Column("extra", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("steps", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("opening_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("close_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("facility"),
    )
    op.create_index("facilities_kind", "facilities", ["kind", "state"], unique=False)
    op.create_index("facilities_list", "facilities", ["ward", "kind", "facility"], unique=False)
    op.create_table(
        "group_places",
        sa.Column("facility", sa.UUID(), nullable=False),
        sa.Column("grp", sa.Text(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("facility", "grp"),
    )
    op.create_table(
        "needs",
        sa.Column("need", sa.UUID(), nullable=False),
        sa.Column("person", sa.UUID(), nullable=False),
        sa.Column("household", sa.UUID(), nullable=True),
        sa.Column("ward", sa.Text(), nullable=True),
        sa.Column("disaster", sa.UUID(), nullable=True),
        sa.Column("screening", sa.UUID(), nullable=True),
        sa.Column("exception", sa.Text(), nullable=True),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("groups", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("aids", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("high_risk", sa.Boolean(), nullable=False),
        sa.Column("companion", sa.Boolean(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("emergency_admission", sa.Boolean(), nullable=False),
        sa.Column("admission_kind", sa.Text(), nullable=True),
        sa.Column("interim", sa.Text(), nullable=True),
        sa.Column("straight_from_home", sa.Boolean(), nullable=False),
        sa.Column("place_kind", sa.Text(), nullable=False),
        sa.Column("place", sa.UUID(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("need"),
    )
    op.create_index("needs_list", "needs", ["state", "opened_at", "need"], unique=False)
    op.create_index(
        "needs_live", "needs", ["person"], unique=True, postgresql_where=sa.text("state NOT IN ('met', 'ended')")
    )
    op.create_index("needs_person", "needs", ["person"], unique=False)
    op.create_table(
        "partners",
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("vehicles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("wards", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("facility", sa.UUID(), nullable=True),
        sa.Column("agreement", sa.Text(), nullable=True),
        sa.Column("agreed_on", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("partner"),
    )
    op.create_table(
        "persons",
        sa.Column("person", sa.UUID(), nullable=False),
        sa.Column("household", sa.UUID(), nullable=True),
        sa.Column("ward", sa.Text(), nullable=True),
        sa.Column("disaster", sa.UUID(), nullable=True),
        sa.Column("presence", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place_kind", sa.Text(), nullable=False),
        sa.Column("place", sa.UUID(), nullable=True),
        sa.Column("age_band", sa.Text(), nullable=False),
        sa.Column("communication", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("person"),
    )
    op.create_table(
        "placements",
        sa.Column("placement", sa.UUID(), nullable=False),
        sa.Column("need", sa.UUID(), nullable=False),
        sa.Column("person", sa.UUID(), nullable=False),
        sa.Column("facility", sa.UUID(), nullable=False),
        sa.Column("ward", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("grp", sa.Text(), nullable=True),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("chosen", sa.Text(), nullable=False),
        sa.Column("choice_reason", sa.Text(), nullable=True),
        sa.Column("asked_by", sa.Text(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("said_by", sa.Text(), nullable=True),
        sa.Column("conditions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("from_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lacks", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("placement"),
    )
    op.create_index("placements_facility", "placements", ["facility", "state"], unique=False)
    op.create_index("placements_list", "placements", ["state", "asked_at", "placement"], unique=False)
    op.create_index("placements_need", "placements", ["need"], unique=False)
    op.create_index("placements_person", "placements", ["person"], unique=False)
    op.create_table(
        "places",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("facility", sa.UUID(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("grp", sa.Text(), nullable=True),
        sa.Column("kept_for", sa.Text(), nullable=True),
        sa.Column("unscreened", sa.Boolean(), nullable=False),
        sa.Column("reserved", sa.Boolean(), nullable=False),
        sa.Column("over", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placement", sa.UUID(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("placement"),
    )
    op.create_index("places_facility", "places", ["facility"], unique=False)
    op.create_index(
        "places_free", "places", ["facility", "id"], unique=False, postgresql_where=sa.text("placement IS NULL")
    )
    op.create_table(
        "trips",
        sa.Column("trip", sa.UUID(), nullable=False),
        sa.Column("placement", sa.UUID(), nullable=False),
        sa.Column("need", sa.UUID(), nullable=False),
        sa.Column("person", sa.UUID(), nullable=False),
        sa.Column("ward", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("vehicle", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pick_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("from_place", sa.UUID(), nullable=True),
        sa.Column("to_facility", sa.UUID(), nullable=False),
        sa.Column("passengers", sa.Integer(), nullable=False),
        sa.Column("aids", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("companion", sa.Boolean(), nullable=False),
        sa.Column("high_risk", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("trip"),
    )
    op.create_index("trips_list", "trips", ["state", "wanted_at", "trip"], unique=False)
    op.create_index(
        "trips_live",
        "trips",
        ["placement"],
        unique=True,
        postgresql_where=sa.text("state IN ('planned', 'offered', 'accepted', 'started', 'picked-up')"),
    )
    op.create_index("trips_partner", "trips", ["partner", "state"], unique=False)
    op.create_index("trips_person", "trips", ["person"], unique=False)
