"""The size of shelters, the places of welfare shelters by group, held places; unfinished hand-offs are found fast.

What was heard before comes by `tsunagi rebuild casework`.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "casework_0004"
down_revision = "casework_0003"


def upgrade() -> None:
    op.add_column("facilities", sa.Column("size", sa.Integer(), nullable=True))
    op.add_column(
        "facilities", sa.Column("size_invented", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("facilities", sa.Column("baseline", sa.Integer(), nullable=True))
    op.add_column(
        "facilities",
        sa.Column("by_group", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column("placements", sa.Column("held", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_index(
        "handoffs_unfinished",
        "handoffs",
        ["ward", "kind", "state", "due"],
        unique=False,
        postgresql_where=sa.text("closed_by IS NULL"),
    )
