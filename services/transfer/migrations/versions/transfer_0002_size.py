"""For how many people a shelter is meant (想定収容人数), as the master says."""

import sqlalchemy as sa
from alembic import op

revision = "transfer_0002"
down_revision = "transfer_0001"


def upgrade() -> None:
    op.add_column("facilities", sa.Column("size", sa.Integer(), nullable=True))
    op.add_column(
        "facilities", sa.Column("size_invented", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
