"""The check by the units (单位核对): drafts that were opened to them, and what each answered."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring the schema up to this revision."""
    op.create_table(
        "unit_checks",
        sa.Column("release_id", _ID, autoincrement=False, nullable=False),
        sa.Column("opened_at", _TIME, nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        _of_release("unit_checks"),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_unit_checks")),
    )
    op.create_table(
        "unit_answers",
        sa.Column("release_id", _ID, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("is_target", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.CheckConstraint("answer IN ('confirmed', 'objected')", name=op.f("ck_unit_answers_answer_known")),
        _of_release("unit_answers"),
        sa.PrimaryKeyConstraint("release_id", "code", "is_target", name=op.f("pk_unit_answers")),
    )


def downgrade() -> None:
    """Take the schema back to the revision before."""
    op.drop_table("unit_answers")
    op.drop_table("unit_checks")


def _of_release(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_release_id_releases")
    return sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=name)
