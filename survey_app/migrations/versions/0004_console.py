"""The organiser's console: roles and scopes, sessions, the audit trail, units' history, plans, paper, notes."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_ADD_UP = "issued >= returned AND returned = valid + invalid AND valid >= 0 AND invalid >= 0"


def upgrade() -> None:
    """Bring the schema up to this revision."""
    _change_tables()
    _accounts_and_audit()
    _units_and_plans()
    _paper_and_notes()
    _only_ever_added()


def _change_tables() -> None:
    with op.batch_alter_table("units") as table:
        table.add_column(sa.Column("closed_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("merged_into_id", _ID, nullable=True))
        table.create_foreign_key(op.f("fk_units_merged_into_id_units"), "units", ["merged_into_id"], ["id"])
    with op.batch_alter_table("accounts") as table:
        table.add_column(sa.Column("role", sa.String(), nullable=False, server_default="admin"))
        table.add_column(sa.Column("scope_id", _ID, nullable=True))
        table.add_column(sa.Column("totp_secret", sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("totp_step", sa.Integer(), nullable=True))
        table.add_column(sa.Column("must_change", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("disabled_at", _TIME, nullable=True))
        table.create_foreign_key(op.f("fk_accounts_scope_id_units"), "units", ["scope_id"], ["id"])
        table.create_check_constraint(
            op.f("ck_accounts_role_known"), "role IN ('admin', 'organiser', 'officer', 'supervisor', 'auditor')"
        )
    with op.batch_alter_table("surveys") as table:
        table.add_column(sa.Column("quota_full", sa.String(), nullable=False, server_default="continue"))
        table.add_column(sa.Column("paper", sa.String(), nullable=False, server_default="none"))
        table.add_column(sa.Column("needs_approval", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.create_check_constraint(op.f("ck_surveys_quota_full_known"), "quota_full IN ('continue', 'stop')")
        table.create_check_constraint(op.f("ck_surveys_paper_known"), "paper IN ('none', 'single', 'double')")
    # Not in a batch, which on SQLite would give the new table row ids again.
    op.add_column("release_units", sa.Column("invalid", sa.Integer(), nullable=True))


def _accounts_and_audit() -> None:
    op.create_table(
        "console_sessions",
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        _reference("account_id"),
        sa.Column("began_at", _TIME, nullable=False),
        sa.Column("seen_at", _TIME, nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_console_sessions_account_id_accounts")),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_console_sessions")),
    )
    op.create_index(op.f("ix_console_sessions_account_id"), "console_sessions", ["account_id"])
    op.create_table(
        "audit_entries",
        _number(),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )


def _units_and_plans() -> None:
    op.create_table(
        "unit_imports",
        _number(),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("added", "updated", "unchanged")),
        sa.Column("undone_at", _TIME, nullable=True),
        sa.Column("undone_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_imports")),
    )
    op.create_table(
        "unit_changes",
        _number(),
        sa.Column("unit_code", sa.String(), nullable=False),
        _reference("import_id", nullable=True),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["unit_imports.id"], name=op.f("fk_unit_changes_import_id_unit_imports")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_changes")),
    )
    op.create_index(op.f("ix_unit_changes_unit_code"), "unit_changes", ["unit_code"])
    op.create_index(op.f("ix_unit_changes_import_id"), "unit_changes", ["import_id"])
    op.create_table(
        "survey_plans",
        _number(),
        sa.Column("given", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _reference("scope_id", nullable=True),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        _reference("survey_id", nullable=True),
        sa.ForeignKeyConstraint(["scope_id"], ["units.id"], name=op.f("fk_survey_plans_scope_id_units")),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_survey_plans_survey_id_surveys")),
        sa.UniqueConstraint("survey_id", name=op.f("uq_survey_plans_survey_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_plans")),
    )


def _paper_and_notes() -> None:
    op.create_table(
        "paper_entries",
        _number(),
        *(_reference(f"{name}_id") for name in ("survey", "place", "group")),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        *_counted(),
        sa.Column("counts", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("number IN (1, 2)", name=op.f("ck_paper_entries_number_known")),
        sa.CheckConstraint(_ADD_UP, name=op.f("ck_paper_entries_adds_up")),
        *_foreign_keys("paper_entries"),
        sa.UniqueConstraint("place_id", "group_id", "number", name=op.f("uq_paper_entries_place_id_group_id_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_entries")),
    )
    op.create_index(op.f("ix_paper_entries_survey_id"), "paper_entries", ["survey_id"])
    op.create_table(
        "paper_totals",
        *(_reference(f"{name}_id") for name in ("place", "group", "survey")),
        *_counted(),
        sa.Column("at", _TIME, nullable=False),
        sa.CheckConstraint(_ADD_UP, name=op.f("ck_paper_totals_adds_up")),
        *_foreign_keys("paper_totals"),
        sa.PrimaryKeyConstraint("place_id", "group_id", name=op.f("pk_paper_totals")),
    )
    op.create_index(op.f("ix_paper_totals_survey_id"), "paper_totals", ["survey_id"])
    op.create_table(
        "inspection_notes",
        _number(),
        *(_reference(f"{name}_id") for name in ("survey", "place")),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        *_foreign_keys("inspection_notes", ("survey", "place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_notes")),
    )
    op.create_index(op.f("ix_inspection_notes_survey_id"), "inspection_notes", ["survey_id"])
    op.create_index(op.f("ix_inspection_notes_place_id"), "inspection_notes", ["place_id"])


def _only_ever_added() -> None:
    """Let the database itself refuse to change or delete what the audit trail holds."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the audit trail can only grow'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()"
        )
        return
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_only_grows_{act.lower()} BEFORE {act} ON audit_entries "
            "BEGIN SELECT RAISE(ABORT, 'the audit trail can only grow'); END"
        )


def downgrade() -> None:
    """Bring the schema back down; roles, plans, notes, paper and the audit trail have no place there."""
    for table in ("inspection_notes", "paper_totals", "paper_entries", "survey_plans", "unit_changes", "unit_imports"):
        op.drop_table(table)
    op.drop_table("audit_entries")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_only_grows()")
    op.drop_table("console_sessions")
    op.drop_column("release_units", "invalid")
    with op.batch_alter_table("surveys") as table:
        table.drop_constraint(op.f("ck_surveys_quota_full_known"), type_="check")
        table.drop_constraint(op.f("ck_surveys_paper_known"), type_="check")
        for name in ("quota_full", "paper", "needs_approval"):
            table.drop_column(name)
    with op.batch_alter_table("accounts") as table:
        table.drop_constraint(op.f("ck_accounts_role_known"), type_="check")
        table.drop_constraint(op.f("fk_accounts_scope_id_units"), type_="foreignkey")
        for name in ("role", "scope_id", "totp_secret", "totp_step", "must_change", "disabled_at"):
            table.drop_column(name)
    with op.batch_alter_table("units") as table:
        table.drop_constraint(op.f("fk_units_merged_into_id_units"), type_="foreignkey")
        for name in ("closed_on", "merged_into_id"):
            table.drop_column(name)


def _number() -> sa.Column:
    return sa.Column("id", _ID, sa.Identity(always=False), nullable=False)


def _reference(column: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(column, _ID, nullable=nullable)


def _counted() -> list[sa.Column]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in ("issued", "returned", "valid", "invalid")]


def _foreign_keys(table: str, names: tuple[str, ...] = ("survey", "place", "group")) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([f"{name}_id"], [f"{name}s.id"], name=op.f(f"fk_{table}_{name}_id_{name}s"))
        for name in names
    ]
