"""The records"""

import sqlalchemy as sa
from alembic import op

import app.db

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("requested_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("confirmation_sent_at", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("address", "query", name=op.f("uq_alert_address_query")),
        sa.UniqueConstraint("nonce", name=op.f("uq_alert_nonce")),
    )
    op.create_table(
        "blob",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("stored_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("read_state", sa.String(length=16), nullable=True),
        sa.Column("read_reason", sa.Text(), nullable=True),
        sa.Column("reader", sa.Text(), nullable=True),
        sa.Column("reader_version", sa.Text(), nullable=True),
        sa.Column("read_at", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("page_count", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blob")),
    )
    with op.batch_alter_table("blob", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_blob_read_state"), ["read_state"], unique=False)

    op.create_table(
        "consumer",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_consumer")),
    )
    op.create_table(
        "link",
        sa.Column("from_id", sa.Text(), nullable=False),
        sa.Column("property", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("to_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("from_id", "property", "position", name=op.f("pk_link")),
    )
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_to_id_property"), ["to_id", "property"], unique=False)

    op.create_table(
        "page",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "number", name=op.f("pk_page")),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("pinned_body", sa.Text(), nullable=True),
        sa.Column("license", sa.Text(), nullable=True),
        sa.Column("added_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=True),
        sa.Column("last_complete", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("slug", name=op.f("uq_source_slug")),
    )
    op.create_table(
        "agenda_item",
        sa.Column("meeting_id", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("order", sa.Integer(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("public", sa.Boolean(), nullable=True),
        sa.Column("consultation_id", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("resolution_text", sa.Text(), nullable=True),
        sa.Column("start", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("end", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=13), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("short_name", sa.Text(), nullable=True),
        sa.Column("web", sa.Text(), nullable=True),
        sa.Column("license", sa.Text(), nullable=True),
        sa.Column("keyword", app.db.Json(), nullable=True),
        sa.Column("created", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("modified", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("embedded", sa.Boolean(), nullable=False),
        sa.Column("content_hash", sa.String(length=32), nullable=False),
        sa.Column("raw", app.db.Json(), nullable=False),
        sa.Column("withheld", app.db.Json(), nullable=True),
        sa.Column("first_seen", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_agenda_item_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_item")),
        sa.UniqueConstraint("key", name=op.f("uq_agenda_item_key")),
    )
    with op.batch_alter_table("agenda_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agenda_item_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agenda_item_consultation_id"), ["consultation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agenda_item_meeting_id"), ["meeting_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agenda_item_source_id"), ["source_id"], unique=False)

    op.create_table(
        "alert_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("seq_until", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("created_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("sent_at", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.id"], name=op.f("fk_alert_delivery_alert_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_delivery")),
        sa.UniqueConstraint("alert_id", "seq_until", name=op.f("uq_alert_delivery_alert_id_seq_until")),
        sa.UniqueConstraint("message_id", name=op.f("uq_alert_delivery_message_id")),
    )
    with op.batch_alter_table("alert_delivery", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_delivery_sent_at_next_try"), ["sent_at", "next_try"], unique=False)

    op.create_table(
        "body",
        sa.Column("system_id", sa.Text(), nullable=True),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("license_valid_since", sa.Date(), nullable=True),
        sa.Column("oparl_since", sa.Date(), nullable=True),
        sa.Column("ags", sa.Text(), nullable=True),
        sa.Column("rgs", sa.Text(), nullable=True),
        sa.Column("equivalent", app.db.Json(), nullable=True),
        sa.Column("contact_name", sa.Text(), nullable=True),
        sa.Column("contact_email", sa.Text(), nullable=True),
        sa.Column("classification", sa.Text(), nullable=True),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=13), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("short_name", sa.Text(), nullable=True),
        sa.Column("web", sa.Text(), nullable=True),
        sa.Column("license", sa.Text(), nullable=True),
        sa.Column("keyword", app.db.Json(), nullable=True),
        sa.Column("created", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("modified", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("embedded", sa.Boolean(), nullable=False),
        sa.Column("content_hash", sa.String(length=32), nullable=False),
        sa.Column("raw", app.db.Json(), nullable=False),
        sa.Column("withheld", app.db.Json(), nullable=True),
        sa.Column("first_seen", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_body_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body")),
        sa.UniqueConstraint("key", name=op.f("uq_body_key")),
    )
    with op.batch_alter_table("body", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_body_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_body_source_id"), ["source_id"], unique=False)

    op.create_table(
        "change",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("object_type", sa.String(length=16), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("fields", app.db.Json(), nullable=True),
        sa.Column("content_hash", sa.String(length=32), nullable=True),
        sa.Column("backfill", sa.Boolean(), nullable=False),
        sa.Column("at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_change_source_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_change")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_change_object_id_seq"), ["object_id", "seq"], unique=False)

    op.create_table(
        "consultation",
        sa.Column("paper_id", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("agenda_item_id", sa.Text(), nullable=True),
        sa.Column("meeting_id", sa.Text(), nullable=True),
        sa.Column("authoritative", sa.Boolean(), nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=13), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("short_name", sa.Text(), nullable=True),
        sa.Column("web", sa.Text(), nullable=True),
        sa.Column("license", sa.Text(), nullable=True),
        sa.Column("keyword", app.db.Json(), nullable=True),
        sa.Column("created", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("modified", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("embedded", sa.Boolean(), nullable=False),
        sa.Column("content_hash", sa.String(length=32), nullable=False),
        sa.Column("raw", app.db.Json(), nullable=False),
        sa.Column("withheld", app.db.Json(), nullable=True),
        sa.Column("first_seen", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_consultation_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation")),
        sa.UniqueConstraint("key", name=op.f("uq_consultation_key")),
    )
    with op.batch_alter_table("consultation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consultation_agenda_item_id"), ["agenda_item_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consultation_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consultation_meeting_id"), ["meeting_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consultation_paper_id"), ["paper_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consultation_source_id"), ["source_id"], unique=False)

    op.create_table(
        "file",
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("mime_type", sa.Text(), nullable=True),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("sha1_checksum", sa.Text(), nullable=True),
        sa.Column("sha512_checksum", sa.Text(), nullable=True),
        sa.Column("access_url", sa.Text(), nullable=True),
        sa.Column("download_url", sa.Text(), nullable=True),
        sa.Column("external_service_url", sa.Text(), nullable=True),
        sa.Column("master_file_id", sa.Text(), nullable=True),
        sa.Column("file_license", sa.Text(), nullable=True),
        sa.Column("fetch_state", sa.String(length=8), nullable=False),
        sa.Column("fetch_reason", sa.Text(), nullable=True),
        sa.Column("fetched_at", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("blob_sha256", sa.String(length=64), nullable=True),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=13), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("short_name", sa.Text(), nullable=True),
        sa.Column("web", sa.Text(), nullable=True),
        sa.Column("license", sa.Text(), nullable=True),
        sa.Column("keyword", app.db.Json(), nullable=True),
        sa.Column("created", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("modified", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("embedded", sa.Boolean(), nullable=False),
        sa.Column("content_hash", sa.String(length=32), nullable=False),
        sa.Column("raw", app.db.Json(), nullable=False),
        sa.Column("withheld", app.db.Json(), nullable=True),
        sa.Column("first_seen", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_file_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
        sa.UniqueConstraint("key", name=op.f("uq_file_key")),
    )
    with op.batch_alter_table("file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_file_blob_sha256"), ["blob_sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_file_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_file_deleted_date_id"), ["deleted", "date", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_file_master_file_id"), ["master_file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_file_source_id"), ["source_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_file_source_id_fetch_state_next_try"), ["source_id", "fetch_state", "next_try"], unique=False
        )

    op.create_table(
        "legislative_term",
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=13), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("short_name", sa.Text(), nullable=True),
        sa.Column("web", sa.Text(), nullable=True),
        sa.Column("license", sa.Text(), nullable=True),
        sa.Column("keyword", app.db.Json(), nullable=True),
        sa.Column("created", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("modified", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("embedded", sa.Boolean(), nullable=False),
        sa.Column("content_hash", sa.String(length=32), nullable=False),
        sa.Column("raw", app.db.Json(), nullable=False),
        sa.Column("withheld", app.db.Json(), nullable=True),
        sa.Column("first_seen", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_legislative_term_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legislative_term")),
        sa.UniqueConstraint("key", name=op.f("uq_legislative_term_key")),
    )
    with op.batch_alter_table("legislative_term", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_legislative_term_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_legislative_term_source_id"), ["source_id"], unique=False)

    op.create_table(
        "list_cursor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=True),
        sa.Column("object_type", sa.String(length=16), nullable=False),
        sa.Column("started_at", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("next_url", sa.Text(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("published", sa.Integer(), nullable=True),
        sa.Column("last_complete", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_list_cursor_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_cursor")),
        sa.UniqueConstraint("source_id", "url", name=op.f("uq_list_cursor_source_id_url")),
    )
    op.create_table(
        "location",
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("geojson", app.db.Json(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("street_address", sa.Text(), nullable=True),
        sa.Column("room", sa.Text(), nullable=True),
        sa.Column("postal_code", sa.Text(), nullable=True),
        sa.Column("sub_locality", sa.Text(), nullable=True),
        sa.Column("locality", sa.Text(), nullable=True),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=13), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("short_name", sa.Text(), nullable=True),
        sa.Column("web", sa.Text(), nullable=True),
        sa.Column("license", sa.Text(), nullable=True),
        sa.Column("keyword", app.db.Json(), nullable=True),
        sa.Column("created", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("modified", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("embedded", sa.Boolean(), nullable=False),
        sa.Column("content_hash", sa.String(length=32), nullable=False),
        sa.Column("raw", app.db.Json(), nullable=False),
        sa.Column("withheld", app.db.Json(), nullable=True),
        sa.Column("first_seen", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_location_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_location")),
        sa.UniqueConstraint("key", name=op.f("uq_location_key")),
    )
    with op.batch_alter_table("location", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_location_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_location_source_id"), ["source_id"], unique=False)

    op.create_table(
        "meeting",
        sa.Column("meeting_state", sa.Text(), nullable=True),
        sa.Column("cancelled", sa.Boolean(), nullable=True),
        sa.Column("start", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("end", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=13), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("short_name", sa.Text(), nullable=True),
        sa.Column("web", sa.Text(), nullable=True),
        sa.Column("license", sa.Text(), nullable=True),
        sa.Column("keyword", app.db.Json(), nullable=True),
        sa.Column("created", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("modified", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("embedded", sa.Boolean(), nullable=False),
        sa.Column("content_hash", sa.String(length=32), nullable=False),
        sa.Column("raw", app.db.Json(), nullable=False),
        sa.Column("withheld", app.db.Json(), nullable=True),
        sa.Column("first_seen", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_meeting_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("key", name=op.f("uq_meeting_key")),
    )
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_deleted_start_id"), ["deleted", "start", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_source_id"), ["source_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_start"), ["start"], unique=False)

    op.create_table(
        "membership",
        sa.Column("person_id", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("organization_id", sa.Text(), nullable=True),
        sa.Column("on_behalf_of_id", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("voting_right", sa.Boolean(), nullable=True),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=13), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("short_name", sa.Text(), nullable=True),
        sa.Column("web", sa.Text(), nullable=True),
        sa.Column("license", sa.Text(), nullable=True),
        sa.Column("keyword", app.db.Json(), nullable=True),
        sa.Column("created", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("modified", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("embedded", sa.Boolean(), nullable=False),
        sa.Column("content_hash", sa.String(length=32), nullable=False),
        sa.Column("raw", app.db.Json(), nullable=False),
        sa.Column("withheld", app.db.Json(), nullable=True),
        sa.Column("first_seen", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_membership_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("key", name=op.f("uq_membership_key")),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_membership_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_membership_organization_id"), ["organization_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_membership_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_membership_source_id"), ["source_id"], unique=False)

    op.create_table(
        "organization",
        sa.Column("organization_type", sa.Text(), nullable=True),
        sa.Column("classification", sa.Text(), nullable=True),
        sa.Column("post", app.db.Json(), nullable=True),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("sub_organization_of_id", sa.Text(), nullable=True),
        sa.Column("external_body_id", sa.Text(), nullable=True),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=13), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("short_name", sa.Text(), nullable=True),
        sa.Column("web", sa.Text(), nullable=True),
        sa.Column("license", sa.Text(), nullable=True),
        sa.Column("keyword", app.db.Json(), nullable=True),
        sa.Column("created", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("modified", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("embedded", sa.Boolean(), nullable=False),
        sa.Column("content_hash", sa.String(length=32), nullable=False),
        sa.Column("raw", app.db.Json(), nullable=False),
        sa.Column("withheld", app.db.Json(), nullable=True),
        sa.Column("first_seen", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_organization_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
        sa.UniqueConstraint("key", name=op.f("uq_organization_key")),
    )
    with op.batch_alter_table("organization", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organization_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_organization_source_id"), ["source_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_organization_sub_organization_of_id"), ["sub_organization_of_id"], unique=False
        )

    op.create_table(
        "paper",
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("paper_type", sa.Text(), nullable=True),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=13), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("short_name", sa.Text(), nullable=True),
        sa.Column("web", sa.Text(), nullable=True),
        sa.Column("license", sa.Text(), nullable=True),
        sa.Column("keyword", app.db.Json(), nullable=True),
        sa.Column("created", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("modified", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("embedded", sa.Boolean(), nullable=False),
        sa.Column("content_hash", sa.String(length=32), nullable=False),
        sa.Column("raw", app.db.Json(), nullable=False),
        sa.Column("withheld", app.db.Json(), nullable=True),
        sa.Column("first_seen", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_paper_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
        sa.UniqueConstraint("key", name=op.f("uq_paper_key")),
    )
    with op.batch_alter_table("paper", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paper_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_paper_date"), ["date"], unique=False)
        batch_op.create_index(batch_op.f("ix_paper_deleted_date_id"), ["deleted", "date", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_paper_deleted_paper_type"), ["deleted", "paper_type"], unique=False)
        batch_op.create_index(batch_op.f("ix_paper_reference"), ["reference"], unique=False)
        batch_op.create_index(batch_op.f("ix_paper_source_id"), ["source_id"], unique=False)

    op.create_table(
        "person",
        sa.Column("family_name", sa.Text(), nullable=True),
        sa.Column("given_name", sa.Text(), nullable=True),
        sa.Column("affix", sa.Text(), nullable=True),
        sa.Column("title", app.db.Json(), nullable=True),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=13), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("short_name", sa.Text(), nullable=True),
        sa.Column("web", sa.Text(), nullable=True),
        sa.Column("license", sa.Text(), nullable=True),
        sa.Column("keyword", app.db.Json(), nullable=True),
        sa.Column("created", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("modified", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("embedded", sa.Boolean(), nullable=False),
        sa.Column("content_hash", sa.String(length=32), nullable=False),
        sa.Column("raw", app.db.Json(), nullable=False),
        sa.Column("withheld", app.db.Json(), nullable=True),
        sa.Column("first_seen", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_person_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("key", name=op.f("uq_person_key")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_source_id"), ["source_id"], unique=False)

    op.create_table(
        "problem",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("object_type", sa.String(length=16), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("quarantined", sa.Boolean(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_seen", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_seen", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("solved_at", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_problem_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem")),
        sa.UniqueConstraint("source_id", "kind", "about", name=op.f("uq_problem_source_id_kind_about")),
    )
    op.create_table(
        "sync_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("started_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("finished_at", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("counts", app.db.Json(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_sync_run_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_run")),
    )
    with op.batch_alter_table("sync_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sync_run_source_id"), ["source_id"], unique=False)

    op.create_table(
        "system",
        sa.Column("oparl_version", sa.Text(), nullable=True),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("vendor", sa.Text(), nullable=True),
        sa.Column("product", sa.Text(), nullable=True),
        sa.Column("contact_name", sa.Text(), nullable=True),
        sa.Column("contact_email", sa.Text(), nullable=True),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=13), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("short_name", sa.Text(), nullable=True),
        sa.Column("web", sa.Text(), nullable=True),
        sa.Column("license", sa.Text(), nullable=True),
        sa.Column("keyword", app.db.Json(), nullable=True),
        sa.Column("created", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("modified", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("embedded", sa.Boolean(), nullable=False),
        sa.Column("content_hash", sa.String(length=32), nullable=False),
        sa.Column("raw", app.db.Json(), nullable=False),
        sa.Column("withheld", app.db.Json(), nullable=True),
        sa.Column("first_seen", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_system_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system")),
        sa.UniqueConstraint("key", name=op.f("uq_system_key")),
    )
    with op.batch_alter_table("system", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_system_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_system_source_id"), ["source_id"], unique=False)

    op.create_table(
        "alert_hit",
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("snippet", app.db.Json(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_hit_alert_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["alert_delivery.id"], name=op.f("fk_alert_hit_delivery_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("alert_id", "object_id", name=op.f("pk_alert_hit")),
    )
    with op.batch_alter_table("alert_hit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_hit_delivery_id"), ["delivery_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("alert_hit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alert_hit_delivery_id"))

    op.drop_table("alert_hit")
    with op.batch_alter_table("system", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_system_source_id"))
        batch_op.drop_index(batch_op.f("ix_system_body_id"))

    op.drop_table("system")
    with op.batch_alter_table("sync_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sync_run_source_id"))

    op.drop_table("sync_run")
    op.drop_table("problem")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_source_id"))
        batch_op.drop_index(batch_op.f("ix_person_body_id"))

    op.drop_table("person")
    with op.batch_alter_table("paper", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_paper_source_id"))
        batch_op.drop_index(batch_op.f("ix_paper_reference"))
        batch_op.drop_index(batch_op.f("ix_paper_deleted_paper_type"))
        batch_op.drop_index(batch_op.f("ix_paper_deleted_date_id"))
        batch_op.drop_index(batch_op.f("ix_paper_date"))
        batch_op.drop_index(batch_op.f("ix_paper_body_id"))

    op.drop_table("paper")
    with op.batch_alter_table("organization", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organization_sub_organization_of_id"))
        batch_op.drop_index(batch_op.f("ix_organization_source_id"))
        batch_op.drop_index(batch_op.f("ix_organization_body_id"))

    op.drop_table("organization")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_membership_source_id"))
        batch_op.drop_index(batch_op.f("ix_membership_person_id"))
        batch_op.drop_index(batch_op.f("ix_membership_organization_id"))
        batch_op.drop_index(batch_op.f("ix_membership_body_id"))

    op.drop_table("membership")
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_start"))
        batch_op.drop_index(batch_op.f("ix_meeting_source_id"))
        batch_op.drop_index(batch_op.f("ix_meeting_deleted_start_id"))
        batch_op.drop_index(batch_op.f("ix_meeting_body_id"))

    op.drop_table("meeting")
    with op.batch_alter_table("location", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_location_source_id"))
        batch_op.drop_index(batch_op.f("ix_location_body_id"))

    op.drop_table("location")
    op.drop_table("list_cursor")
    with op.batch_alter_table("legislative_term", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_legislative_term_source_id"))
        batch_op.drop_index(batch_op.f("ix_legislative_term_body_id"))

    op.drop_table("legislative_term")
    with op.batch_alter_table("file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_file_source_id_fetch_state_next_try"))
        batch_op.drop_index(batch_op.f("ix_file_source_id"))
        batch_op.drop_index(batch_op.f("ix_file_master_file_id"))
        batch_op.drop_index(batch_op.f("ix_file_deleted_date_id"))
        batch_op.drop_index(batch_op.f("ix_file_body_id"))
        batch_op.drop_index(batch_op.f("ix_file_blob_sha256"))

    op.drop_table("file")
    with op.batch_alter_table("consultation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consultation_source_id"))
        batch_op.drop_index(batch_op.f("ix_consultation_paper_id"))
        batch_op.drop_index(batch_op.f("ix_consultation_meeting_id"))
        batch_op.drop_index(batch_op.f("ix_consultation_body_id"))
        batch_op.drop_index(batch_op.f("ix_consultation_agenda_item_id"))

    op.drop_table("consultation")
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_change_object_id_seq"))

    op.drop_table("change")
    with op.batch_alter_table("body", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_body_source_id"))
        batch_op.drop_index(batch_op.f("ix_body_body_id"))

    op.drop_table("body")
    with op.batch_alter_table("alert_delivery", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alert_delivery_sent_at_next_try"))

    op.drop_table("alert_delivery")
    with op.batch_alter_table("agenda_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agenda_item_source_id"))
        batch_op.drop_index(batch_op.f("ix_agenda_item_meeting_id"))
        batch_op.drop_index(batch_op.f("ix_agenda_item_consultation_id"))
        batch_op.drop_index(batch_op.f("ix_agenda_item_body_id"))

    op.drop_table("agenda_item")
    op.drop_table("source")
    op.drop_table("page")
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_link_to_id_property"))

    op.drop_table("link")
    op.drop_table("consumer")
    with op.batch_alter_table("blob", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_blob_read_state"))

    op.drop_table("blob")
    op.drop_table("alert")
