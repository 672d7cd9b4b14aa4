"""Requests to take something down, what is hidden for them, and decisions about personal data"""

import sqlalchemy as sa
from alembic import op

import app.db

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = app.db.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "takedown",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("who", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=8), nullable=False),
        sa.Column("object_type", sa.String(length=16), nullable=True),
        sa.Column("object_key", sa.String(length=13), nullable=True),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("hidden_at", MOMENT, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("reminded_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takedown")),
        sa.UniqueConstraint("reference", name=op.f("uq_takedown_reference")),
        sa.UniqueConstraint("nonce", name=op.f("uq_takedown_nonce")),
    )
    op.create_index(op.f("ix_takedown_at"), "takedown", ["at"])
    op.create_index(op.f("ix_takedown_object_key"), "takedown", ["object_key"])
    op.create_table(
        "takedown_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("takedown_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try", MOMENT, nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["takedown_id"], ["takedown.id"], name=op.f("fk_takedown_mail_takedown_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takedown_mail")),
    )
    op.create_index(op.f("ix_takedown_mail_takedown_id"), "takedown_mail", ["takedown_id"])
    op.create_index(op.f("ix_takedown_mail_sent_at_next_try"), "takedown_mail", ["sent_at", "next_try"])
    op.create_table(
        "hidden",
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=13), nullable=False),
        sa.Column("object_type", sa.String(length=16), nullable=False),
        sa.Column("root_id", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("takedown_id", sa.Integer(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kept", app.db.Json(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_hidden_source_id")),
        sa.ForeignKeyConstraint(
            ["takedown_id"], ["takedown.id"], name=op.f("fk_hidden_takedown_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("object_id", name=op.f("pk_hidden")),
        sa.UniqueConstraint("key", name=op.f("uq_hidden_key")),
    )
    op.create_index(op.f("ix_hidden_root_id"), "hidden", ["root_id"])
    op.create_index(op.f("ix_hidden_source_id"), "hidden", ["source_id"])
    op.create_index(op.f("ix_hidden_takedown_id"), "hidden", ["takedown_id"])
    op.create_table(
        "policy_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("object_type", sa.String(length=16), nullable=False),
        sa.Column("property", sa.String(length=64), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_policy_decision_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_decision")),
    )
    op.create_index(op.f("ix_policy_decision_source_id"), "policy_decision", ["source_id"])


def downgrade() -> None:
    for table in ("policy_decision", "hidden", "takedown_mail", "takedown"):
        op.drop_table(table)
