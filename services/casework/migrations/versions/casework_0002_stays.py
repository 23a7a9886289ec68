"""Who stayed where from when until when. What was heard before comes by `tsunagi rebuild casework`."""

import sqlalchemy as sa
from alembic import op

revision = "casework_0002"
down_revision = "casework_0001"


def upgrade() -> None:
    op.create_table(
        "stays",
        sa.Column("person", sa.UUID(), nullable=False),
        sa.Column("stay", sa.UUID(), nullable=False),
        sa.Column("kept", sa.UUID(), nullable=True),
        sa.Column("place_kind", sa.Text(), nullable=False),
        sa.Column("shelter", sa.UUID(), nullable=True),
        sa.Column("ward", sa.Text(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("person", "stay"),
    )
    op.create_index(
        "stays_shelter",
        "stays",
        ["shelter", "since", "until"],
        unique=False,
        postgresql_where=sa.text("shelter IS NOT NULL"),
    )
