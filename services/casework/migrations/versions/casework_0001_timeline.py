"""The ledger; the timeline and what is folded from it; the desk; who looked."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.platform.ledger_migrations import create_ledger_1

revision = "casework_0001"
down_revision = None


def upgrade() -> None:
    create_ledger_1()

    op.create_table(
        "timeline",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("key", sa.UUID(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("subject", sa.UUID(), nullable=False),
        sa.Column("person", sa.UUID(), nullable=True),
        sa.Column("household", sa.UUID(), nullable=True),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("precision", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("said_by", sa.Text(), nullable=True),
        sa.Column("correlation", sa.UUID(), nullable=False),
        sa.Column("causation", sa.UUID(), nullable=False),
        sa.Column("corrects", sa.UUID(), nullable=True),
        sa.Column("disaster", sa.UUID(), nullable=True),
        sa.Column("ward", sa.Text(), nullable=True),
        sa.Column("device_offset", sa.Integer(), nullable=True),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "timeline_corrects", "timeline", ["corrects"], unique=False, postgresql_where=sa.text("corrects IS NOT NULL")
    )
    op.create_index("timeline_order", "timeline", ["key", "at", "recorded_at", "service", "id"], unique=False)
    op.create_table(
        "people",
        sa.Column("person", sa.UUID(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("registered_heard", sa.DateTime(timezone=True), nullable=True),
        sa.Column("household", sa.UUID(), nullable=True),
        sa.Column("disaster", sa.UUID(), nullable=True),
        sa.Column("ward", sa.Text(), nullable=True),
        sa.Column("wards", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("representative", sa.Boolean(), nullable=False),
        sa.Column("age_band", sa.Text(), nullable=False),
        sa.Column("needs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("needs_care", sa.Boolean(), nullable=False),
        sa.Column("presence", sa.Text(), nullable=False),
        sa.Column("place_kind", sa.Text(), nullable=False),
        sa.Column("shelter", sa.UUID(), nullable=True),
        sa.Column("lodging", sa.Text(), nullable=True),
        sa.Column("left_for", sa.Text(), nullable=True),
        sa.Column("facility", sa.UUID(), nullable=True),
        sa.Column("screening", sa.Text(), nullable=False),
        sa.Column("risk", sa.Text(), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("nurse", sa.Text(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("phoned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("visit_ordered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("visit_made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("destination", sa.Text(), nullable=True),
        sa.Column("interim", sa.Text(), nullable=True),
        sa.Column("need", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("case", sa.UUID(), nullable=True),
        sa.Column("case_state", sa.Text(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("base", sa.Text(), nullable=True),
        sa.Column("assessed", sa.Text(), nullable=True),
        sa.Column("conference_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("same_as", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column("linked", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column("kept", sa.UUID(), nullable=True),
        sa.Column("last_contact", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_heard", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("person"),
    )
    op.create_index("people_household", "people", ["household"], unique=False)
    op.create_index("people_lost", "people", ["person"], unique=False, postgresql_where=sa.text("standing = 'lost'"))
    op.create_index(
        "people_shelter", "people", ["shelter"], unique=False, postgresql_where=sa.text("shelter IS NOT NULL")
    )
    op.create_index("people_silent", "people", ["last_contact", "person"], unique=False)
    op.create_index("people_ward", "people", ["ward", "standing"], unique=False)
    op.create_table(
        "handoffs",
        sa.Column("handoff", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("person", sa.UUID(), nullable=False),
        sa.Column("household", sa.UUID(), nullable=True),
        sa.Column("disaster", sa.UUID(), nullable=True),
        sa.Column("ward", sa.Text(), nullable=True),
        sa.Column("wards", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("about", sa.UUID(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("opened_by", sa.UUID(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_heard", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.UUID(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_heard", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.UUID(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("level", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("handoff"),
    )
    op.create_index(
        "handoffs_open", "handoffs", ["due", "handoff"], unique=False, postgresql_where=sa.text("state = 'open'")
    )
    op.create_index(
        "handoffs_owner",
        "handoffs",
        ["owner", "due"],
        unique=False,
        postgresql_where=sa.text("owner IS NOT NULL AND closed_by IS NULL"),
    )
    op.create_index("handoffs_person", "handoffs", ["person"], unique=False)
    op.create_index("handoffs_ward", "handoffs", ["ward", "kind", "state", "due", "handoff"], unique=False)
    op.create_table(
        "placements",
        sa.Column("person", sa.UUID(), nullable=False),
        sa.Column("placement", sa.UUID(), nullable=False),
        sa.Column("facility", sa.UUID(), nullable=False),
        sa.Column("need", sa.UUID(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("person", "placement"),
    )
    op.create_index("placements_facility", "placements", ["facility", "state"], unique=False)
    op.create_table(
        "trips",
        sa.Column("person", sa.UUID(), nullable=False),
        sa.Column("trip", sa.UUID(), nullable=False),
        sa.Column("placement", sa.UUID(), nullable=True),
        sa.Column("facility", sa.UUID(), nullable=True),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("vehicle", sa.Text(), nullable=True),
        sa.Column("partner", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pick_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("person", "trip"),
    )
    op.create_index("trips_state", "trips", ["state", "wanted_at"], unique=False)
    op.create_table(
        "households",
        sa.Column("household", sa.UUID(), nullable=False),
        sa.Column("ward", sa.Text(), nullable=True),
        sa.Column("disaster", sa.UUID(), nullable=True),
        sa.Column("registered_heard", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sheet_no", sa.Text(), nullable=True),
        sa.Column("members", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column("representative", sa.UUID(), nullable=True),
        sa.Column("place_kind", sa.Text(), nullable=False),
        sa.Column("shelter", sa.UUID(), nullable=True),
        sa.Column("damage", sa.Text(), nullable=True),
        sa.Column("sharing_confirmed", sa.Boolean(), nullable=True),
        sa.Column("marks", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("household"),
    )
    op.create_index("households_ward", "households", ["ward"], unique=False)
    op.create_table(
        "facilities",
        sa.Column("facility", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("ward", sa.Text(), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("invented", sa.Boolean(), nullable=False),
        sa.Column("steps", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("step", sa.Text(), nullable=True),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.Column("lacks", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("facility"),
    )
    op.create_index("facilities_ward", "facilities", ["ward"], unique=False)
    op.create_table(
        "disasters",
        sa.Column("disaster", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("wards", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("began", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stage_since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("disaster"),
    )
    op.create_table(
        "heard",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("topic", "part"),
    )
    op.create_table(
        "cases",
        sa.Column("case", sa.UUID(), nullable=False),
        sa.Column("person", sa.UUID(), nullable=False),
        sa.Column("household", sa.UUID(), nullable=True),
        sa.Column("ward", sa.Text(), nullable=True),
        sa.Column("disaster", sa.UUID(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("opened_for", sa.Text(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("handed_to", sa.Text(), nullable=True),
        sa.Column("base", sa.Text(), nullable=True),
        sa.Column("scheme", sa.Text(), nullable=True),
        sa.Column("housing", sa.Text(), nullable=True),
        sa.Column("living", sa.Text(), nullable=True),
        sa.Column("class", sa.Text(), nullable=True),
        sa.Column("continues", sa.Boolean(), nullable=True),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("visit_every_days", sa.Integer(), nullable=True),
        sa.Column("visited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_visit", sa.Date(), nullable=True),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_for", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("case"),
    )
    op.create_index("cases_person", "cases", ["person"], unique=True)
    op.create_index(
        "cases_visits",
        "cases",
        ["next_visit", "case"],
        unique=False,
        postgresql_where=sa.text("status = 'open' AND next_visit IS NOT NULL"),
    )
    op.create_index("cases_worker", "cases", ["worker", "status"], unique=False)
    op.create_table(
        "referrals",
        sa.Column("referral", sa.UUID(), nullable=False),
        sa.Column("case", sa.UUID(), nullable=False),
        sa.Column("person", sa.UUID(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("consent", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("conference", sa.UUID(), nullable=True),
        sa.Column("task", sa.UUID(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("referred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("referral"),
    )
    op.create_index(op.f("ix_referrals_case"), "referrals", ["case"], unique=False)
    op.create_table(
        "conferences",
        sa.Column("conference", sa.UUID(), nullable=False),
        sa.Column("case", sa.UUID(), nullable=False),
        sa.Column("person", sa.UUID(), nullable=False),
        sa.Column("ward", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("agenda", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("city_present", sa.Boolean(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("look_again_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("conference"),
    )
    op.create_index("conferences_at", "conferences", ["at", "conference"], unique=False)
    op.create_index("conferences_person", "conferences", ["person"], unique=False)
    op.create_table(
        "members",
        sa.Column("conference", sa.UUID(), nullable=False),
        sa.Column("seat", sa.SmallInteger(), nullable=False),
        sa.Column("person", sa.UUID(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("conference", "seat"),
    )
    op.create_index(
        "members_actor", "members", ["actor", "person"], unique=False, postgresql_where=sa.text("actor IS NOT NULL")
    )
    op.create_table(
        "tasks",
        sa.Column("task", sa.UUID(), nullable=False),
        sa.Column("conference", sa.UUID(), nullable=False),
        sa.Column("case", sa.UUID(), nullable=False),
        sa.Column("person", sa.UUID(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("task"),
    )
    op.create_index(op.f("ix_tasks_conference"), "tasks", ["conference"], unique=False)
    op.create_index("tasks_due", "tasks", ["due", "task"], unique=False, postgresql_where=sa.text("state = 'open'"))
    op.create_table(
        "views",
        sa.Column("person", sa.UUID(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("opened", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("person", "at", "id"),
    )
