"""Slips, scans in vain, telephone calls; what an act was done to."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema up to this revision."""
    op.add_column("survey_acts", sa.Column("about", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "code_hits",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", "reason", "day", name=op.f("pk_code_hits")),
    )
    op.create_table(
        "call_counts",
        sa.Column("survey_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("disposition", sa.String(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.CheckConstraint("disposition IN ('unreached', 'refused')", name=op.f("ck_call_counts_disposition_known")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_call_counts_place_id_places")),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_call_counts_survey_id_surveys")),
        sa.PrimaryKeyConstraint("survey_id", "place_id", "disposition", name=op.f("pk_call_counts")),
    )
    op.create_table(
        "slip_batches",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("survey_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("printed", sa.Integer(), nullable=False),
        sa.Column("voided", sa.Integer(), nullable=False),
        sa.Column("printed_on", sa.Date(), nullable=False),
        sa.Column("printed_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("printed >= 1", name=op.f("ck_slip_batches_printed_positive")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_slip_batches_group_id_groups")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_slip_batches_place_id_places")),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_slip_batches_survey_id_surveys")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slip_batches")),
        sa.UniqueConstraint("place_id", "group_id", "number", name=op.f("uq_slip_batches_place_id_group_id_number")),
    )
    op.create_index(op.f("ix_slip_batches_survey_id"), "slip_batches", ["survey_id"], unique=False)
    op.create_table(
        "slips",
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.CheckConstraint("state IN ('issued', 'spent', 'voided')", name=op.f("ck_slips_state_known")),
        sa.ForeignKeyConstraint(["batch_id"], ["slip_batches.id"], name=op.f("fk_slips_batch_id_slip_batches")),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_slips")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_slips_batch_id"), "slips", ["batch_id"], unique=False)


def downgrade() -> None:
    """Bring the schema back down."""
    op.drop_index(op.f("ix_slips_batch_id"), table_name="slips")
    op.drop_table("slips")
    op.drop_index(op.f("ix_slip_batches_survey_id"), table_name="slip_batches")
    op.drop_table("slip_batches")
    op.drop_table("call_counts")
    op.drop_table("code_hits")
    op.drop_column("survey_acts", "about")
