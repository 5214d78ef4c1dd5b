"""Which announcement of a page was read."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("recognitions", sa.Column("read_of", sa.Uuid))
