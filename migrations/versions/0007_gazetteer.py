"""Where streets and houses are, what the drawn map shows, and which papers are about which spot"""

import sqlalchemy as sa
from alembic import op

import app.db

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _address()
    _map_shape()
    _place()
    _paper_place()
    op.create_table(
        "place_due",
        sa.Column("seq", NUMBER, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_place_due")),
        sqlite_autoincrement=True,
    )


def _address() -> None:
    op.create_table(
        "address",
        sa.Column("source_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("street_key", sa.Text(), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("district", sa.Text(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_address_source_id")),
        sa.PrimaryKeyConstraint("source_id", "street_key", "number", "origin", name=op.f("pk_address")),
    )
    op.create_index(op.f("ix_address_origin"), "address", ["origin"])


def _map_shape() -> None:
    op.create_table(
        "map_shape",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("lines", app.db.Json(), nullable=False),
        *(sa.Column(name, sa.Double(), nullable=False) for name in ("south", "west", "north", "east", "extent")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_map_shape_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_map_shape")),
    )
    op.create_index(op.f("ix_map_shape_source_id_extent"), "map_shape", ["source_id", "extent"])
    op.create_index(op.f("ix_map_shape_key"), "map_shape", ["key"])


def _place() -> None:
    op.create_table(
        "place",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("street_key", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("district", sa.Text(), nullable=True),
        sa.Column("district_key", sa.Text(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.Column("drawn", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_place_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
    )
    op.create_index(op.f("ix_place_source_id_key"), "place", ["source_id", "key"], unique=True)
    op.create_index(op.f("ix_place_latitude_longitude"), "place", ["latitude", "longitude"])
    op.create_index(op.f("ix_place_street_key"), "place", ["street_key"])
    op.create_index(op.f("ix_place_district_key"), "place", ["district_key"])


def _paper_place() -> None:
    op.create_table(
        "paper_place",
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("place_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("paper_type", sa.Text(), nullable=True),
        sa.Column("drawn", sa.Boolean(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=True),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_paper_place_place_id")),
        sa.PrimaryKeyConstraint("paper_id", "place_id", name=op.f("pk_paper_place")),
    )
    op.create_index(op.f("ix_paper_place_place_id_date"), "paper_place", ["place_id", "date"])
    op.create_index(op.f("ix_paper_place_date_place_id"), "paper_place", ["date", "place_id"])
    op.create_index(op.f("ix_paper_place_file_id"), "paper_place", ["file_id"])


def downgrade() -> None:
    for table in ("place_due", "paper_place", "place", "map_shape", "address"):
        op.drop_table(table)
