"""What goes out of each record, in the form in which everybody gets it"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "public_object",
        sa.Column("key", sa.String(length=27), nullable=False),
        sa.Column("left_by", sa.String(length=13), nullable=True),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("body_key", sa.String(length=13), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("modified", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=8), nullable=True),
        sa.Column("license", sa.Text(), nullable=True),
        sa.Column("hash", sa.String(length=32), nullable=False),
        sa.Column("json", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_public_object_source_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_public_object")),
    )
    op.create_index("uq_public_object_seq", "public_object", ["seq"], unique=True)
    op.create_index(op.f("ix_public_object_source_id"), "public_object", ["source_id"])
    op.create_index(op.f("ix_public_object_body_key_seq"), "public_object", ["body_key", "seq"])
    listed = ["body_key", "type", "seq", "created", "deleted", "reason"]
    op.create_index("ix_public_object_listed", "public_object", listed)
    op.create_index(op.f("ix_public_object_body_key_type_key"), "public_object", ["body_key", "type", "key"])
    moved = sa.text("left_by IS NOT NULL")
    op.create_index(
        "ix_public_object_left_by", "public_object", ["left_by"], postgresql_where=moved, sqlite_where=moved
    )
    op.create_table(
        "public_source",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("terms", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_public_source_source_id")),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_public_source")),
    )
    op.create_table(
        "public_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("edition", sa.String(length=16), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("stamp", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_state")),
    )


def downgrade() -> None:
    op.drop_table("public_state")
    op.drop_table("public_source")
    op.drop_table("public_object")
