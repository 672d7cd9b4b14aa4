"""The mirror's memory: filters, misses, lookups, aliases, leases, differences"""

import sqlalchemy as sa
from alembic import op

import app.db

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("key", sa.String(length=13), nullable=False),
        sa.Column("object_type", sa.String(length=16), nullable=False),
        sa.Column("at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_erasure")),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("until", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("domain", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "alias",
        sa.Column("key", sa.String(length=13), nullable=False),
        sa.Column("old_id", sa.Text(), nullable=False),
        sa.Column("new_id", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_alias_source_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_alias")),
    )
    with op.batch_alter_table("alias", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alias_new_id"), ["new_id"], unique=False)

    op.create_table(
        "lookup",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("object_type", sa.String(length=16), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=9), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=True),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("noted_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_lookup_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lookup")),
        sa.UniqueConstraint("source_id", "object_id", name=op.f("uq_lookup_source_id_object_id")),
    )
    with op.batch_alter_table("lookup", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lookup_source_id_next_try"), ["source_id", "next_try"], unique=False)

    op.create_table(
        "seen_page",
        sa.Column("cursor_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("keys", sa.LargeBinary(), nullable=False),
        sa.Column("earliest", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("latest", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("unstamped", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cursor_id"], ["list_cursor.id"], name=op.f("fk_seen_page_cursor_id")),
        sa.PrimaryKeyConstraint("cursor_id", "number", name=op.f("pk_seen_page")),
    )
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.add_column(sa.Column("diff", app.db.Json(), nullable=True))
        batch_op.create_index(
            "ix_change_news",
            ["source_id", "at"],
            unique=False,
            sqlite_where=sa.text("backfill = 0"),
            postgresql_where=sa.text("NOT backfill"),
        )

    with op.batch_alter_table("file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("etag", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("last_modified", sa.Text(), nullable=True))

    with op.batch_alter_table("list_cursor", schema=None) as batch_op:
        batch_op.add_column(sa.Column("since", app.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("synced_until", app.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("last_full", app.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("run_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("again", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("total", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("filtering", sa.String(length=8), server_default="unknown", nullable=False))
        batch_op.add_column(sa.Column("probed_at", app.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("drops_filter", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("stamps", sa.String(length=9), server_default="unknown", nullable=False))
        batch_op.add_column(sa.Column("omits", app.db.Json(), nullable=True))

    with op.batch_alter_table("source", schema=None) as batch_op:
        batch_op.add_column(sa.Column("preset", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("last_full", app.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("last_news", app.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("failures", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("failing_since", app.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("next_try", app.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("clock_skew", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("headers", app.db.Json(), nullable=True))
        batch_op.add_column(sa.Column("ca_bundle", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("robots_ignored", sa.Text(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: what the new columns know would be lost")
