"""Releases by audience, their sign-off and hash, and what a survey's rules add to the cells."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema up to this revision."""
    with op.batch_alter_table("releases") as table:
        table.add_column(sa.Column("audience", sa.String(), nullable=False, server_default="public"))
        table.add_column(sa.Column("signed_as", _ID, nullable=True))
        table.add_column(sa.Column("sha256", sa.String(), nullable=False, server_default=""))
        table.create_foreign_key(op.f("fk_releases_signed_as_releases"), "releases", ["signed_as"], ["id"])
        table.create_check_constraint(
            op.f("ck_releases_audience_known"), "audience IN ('review', 'internal', 'public')"
        )
        table.drop_constraint(op.f("uq_releases_survey_id_number"), type_="unique")
        table.create_unique_constraint(
            op.f("uq_releases_survey_id_audience_number"), ["survey_id", "audience", "number"]
        )
    op.add_column("release_units", sa.Column("extras", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("release_units", sa.Column("issued", sa.Integer(), nullable=True))
    op.create_table(
        "sign_offs",
        sa.Column("release_id", _ID, nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("step IN ('prepared', 'checked', 'approved')", name=op.f("ck_sign_offs_step_known")),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_sign_offs_release_id_releases")),
        sa.PrimaryKeyConstraint("release_id", "step", name=op.f("pk_sign_offs")),
    )


def downgrade() -> None:
    """Bring the schema back down; drafts and internal releases have no place there."""
    op.drop_table("sign_offs")
    op.drop_column("release_units", "extras")
    op.drop_column("release_units", "issued")
    others = "SELECT id FROM releases WHERE audience <> 'public'"
    for table in ("release_files", "release_units"):
        op.execute(f"DELETE FROM {table} WHERE release_id IN ({others})")  # noqa: S608 - constants.
    op.execute("UPDATE releases SET signed_as = NULL")
    op.execute("DELETE FROM releases WHERE audience <> 'public'")
    with op.batch_alter_table("releases") as table:
        table.drop_constraint(op.f("uq_releases_survey_id_audience_number"), type_="unique")
        table.create_unique_constraint(op.f("uq_releases_survey_id_number"), ["survey_id", "number"])
        table.drop_constraint(op.f("ck_releases_audience_known"), type_="check")
        table.drop_constraint(op.f("fk_releases_signed_as_releases"), type_="foreignkey")
        table.drop_column("sha256")
        table.drop_column("signed_as")
        table.drop_column("audience")
