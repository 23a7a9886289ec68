"""The ledger, and the sample's own tables."""

import sqlalchemy as sa
from alembic import op

from shared.platform.ledger_migrations import create_ledger_1

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_ledger_1()
    op.create_table(
        "seen",
        sa.Column("n", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("event", sa.UUID(), nullable=False),
        sa.Column("key", sa.UUID(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_table(
        "fired",
        sa.Column("n", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.UUID(), nullable=False),
        sa.Column("causation", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_table("never_refused", sa.Column("word", sa.Text(), nullable=False), sa.PrimaryKeyConstraint("word"))
