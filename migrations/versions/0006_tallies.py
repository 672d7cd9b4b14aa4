"""What figures are made of, counted ahead"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tally_event",
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("outcome", sa.String(length=9), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("organizations", sa.Text(), nullable=False),
        sa.Column("originators", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", "number", name=op.f("pk_tally_event")),
    )
    with op.batch_alter_table("tally_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tally_event_body_id_year"), ["body_id", "year"], unique=False)

    op.create_table(
        "tally",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("days", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("body_id", "year", "kind", "role", "organization_id", name=op.f("pk_tally")),
    )
    with op.batch_alter_table("tally", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tally_organization_id"), ["organization_id"], unique=False)

    op.create_table(
        "tally_due",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("body_id", "year", name=op.f("pk_tally_due")),
    )


def downgrade() -> None:
    op.drop_table("tally_due")
    op.drop_table("tally")
    op.drop_table("tally_event")
