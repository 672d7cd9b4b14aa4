"""What documents are: how each page was read, language and title"""

import sqlalchemy as sa
from alembic import op

import app.db

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("blob", schema=None) as batch_op:
        batch_op.add_column(sa.Column("language", sa.String(length=2), nullable=True))
        batch_op.add_column(sa.Column("title", sa.Text(), nullable=True))

    with op.batch_alter_table("blob", schema=None) as batch_op:
        batch_op.add_column(sa.Column("read_attempts", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("claim", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("dropped_at", app.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("previews_sha256", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("undrawn_since", app.db.UtcDateTime(timezone=True), nullable=True))

    with op.batch_alter_table("page", schema=None) as batch_op:
        batch_op.add_column(sa.Column("method", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("confidence", sa.Integer(), nullable=True))

    op.create_table(
        "mention",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("page", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("start", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=9), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("sha256", "page", "start", "kind", name=op.f("pk_mention")),
    )
    with op.batch_alter_table("mention", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mention_kind_value_sha256"), ["kind", "value", "sha256"], unique=False)

    op.create_table(
        "street",
        sa.Column("source_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_street_source_id")),
        sa.PrimaryKeyConstraint("source_id", "key", name=op.f("pk_street")),
    )
    with op.batch_alter_table("blob", schema=None) as batch_op:
        batch_op.add_column(sa.Column("facts_version", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("facts_revision", sa.Integer(), server_default="0", nullable=False))
    with op.batch_alter_table("source", schema=None) as batch_op:
        batch_op.add_column(sa.Column("facts_known", sa.String(length=64), nullable=True))

    with op.batch_alter_table("paper", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reference_key", sa.Text(), nullable=True))
        batch_op.create_index(batch_op.f("ix_paper_reference_key"), ["reference_key"], unique=False)

    op.create_table(
        "minutes_result",
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("agenda_item_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("result", sa.String(length=9), nullable=False),
        sa.Column("yes", sa.Integer(), nullable=True),
        sa.Column("no", sa.Integer(), nullable=True),
        sa.Column("abstentions", sa.Integer(), nullable=True),
        sa.Column("parties", app.db.Json(), nullable=True),
        sa.Column("resolution_number", sa.Text(), nullable=True),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("file_id", "agenda_item_id", name=op.f("pk_minutes_result")),
    )
    with op.batch_alter_table("minutes_result", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_minutes_result_agenda_item_id"), ["agenda_item_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_minutes_result_sha256"), ["sha256"], unique=False)

    op.create_table(
        "paper_quote",
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("paper_id", "kind", name=op.f("pk_paper_quote")),
    )
    with op.batch_alter_table("paper_quote", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paper_quote_file_id"), ["file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_paper_quote_sha256"), ["sha256"], unique=False)
    waits = sa.text("method IN ('scan', 'garbled')")
    owes, claimed = sa.text("facts_version IS NULL AND read_state IS NOT NULL"), sa.text("claim IS NOT NULL")
    where = {"sqlite_where": owes, "postgresql_where": owes}
    op.create_index("ix_blob_owing_facts", "blob", ["stored_at", "sha256"], **where)
    op.create_index("ix_blob_claim", "blob", ["claim"], sqlite_where=claimed, postgresql_where=claimed)
    looked = sa.text("facts_version IS NOT NULL")
    op.create_index("ix_blob_facts_version", "blob", ["facts_version"], sqlite_where=looked, postgresql_where=looked)
    op.create_index("ix_blob_reader_version", "blob", ["reader_version"])
    op.create_index("ix_page_waiting", "page", ["sha256"], sqlite_where=waits, postgresql_where=waits)


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: what the new columns know would be lost")
