"""The tables of the field case."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema up to this revision."""
    op.create_table(
        "accounts",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("name", name=op.f("uq_accounts_name")),
    )
    op.create_table(
        "ballots",
        sa.Column("survey_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel", sa.SmallInteger(), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("apart_mark", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("survey_id", "place_id", "nonce", name=op.f("pk_ballots")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "surveys",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("organiser", sa.JSON(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("results_on", sa.Date(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("figures_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("headline_question", sa.String(), nullable=False),
        sa.Column("headline_base", sa.String(), nullable=False),
        sa.Column("empty_group", sa.String(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.CheckConstraint("headline_base IN ('rated', 'all')", name=op.f("ck_surveys_headline_base_known")),
        sa.CheckConstraint(
            "state IN ('draft', 'open', 'closed', 'published', 'archived')", name=op.f("ck_surveys_state_known")
        ),
        sa.CheckConstraint("threshold >= 1", name=op.f("ck_surveys_threshold_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_surveys")),
        sa.UniqueConstraint("slug", name=op.f("uq_surveys_slug")),
    )
    op.create_table(
        "units",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("unit_class", sa.String(), nullable=False),
        sa.Column("sector", sa.String(), nullable=False),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_units_not_its_own_parent")),
        sa.ForeignKeyConstraint(["parent_id"], ["units.id"], name=op.f("fk_units_parent_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
        sa.UniqueConstraint("code", name=op.f("uq_units_code")),
    )
    with op.batch_alter_table("units", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_units_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "groups",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("survey_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("ballot_mode", sa.String(), nullable=False),
        sa.CheckConstraint("ballot_mode IN ('poster', 'slip')", name=op.f("ck_groups_ballot_mode_known")),
        sa.CheckConstraint("weight > 0", name=op.f("ck_groups_weight_positive")),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_groups_survey_id_surveys")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
        sa.UniqueConstraint("survey_id", "code", name=op.f("uq_groups_survey_id_code")),
    )
    op.create_table(
        "jobs",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("survey_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("alive_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result_name", sa.String(), nullable=False),
        sa.Column("result", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed', 'cancelled')", name=op.f("ck_jobs_state_known")
        ),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_jobs_survey_id_surveys")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jobs_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_jobs_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_jobs_survey_id"), ["survey_id"], unique=False)

    op.create_table(
        "places",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("survey_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("quota", sa.Integer(), nullable=True),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.CheckConstraint("population > 0", name=op.f("ck_places_population_positive")),
        sa.CheckConstraint("quota > 0", name=op.f("ck_places_quota_positive")),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_places_survey_id_surveys")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_places_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_places")),
        sa.UniqueConstraint("id", "survey_id", name=op.f("uq_places_id_survey_id")),
        sa.UniqueConstraint("survey_id", "unit_id", name=op.f("uq_places_survey_id_unit_id")),
    )
    op.create_table(
        "questionnaires",
        sa.Column("survey_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_questionnaires_survey_id_surveys")),
        sa.PrimaryKeyConstraint("survey_id", name=op.f("pk_questionnaires")),
    )
    op.create_table(
        "releases",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("survey_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("head", sa.JSON(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_releases_number_from_one")),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_releases_survey_id_surveys")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
        sa.UniqueConstraint("survey_id", "number", name=op.f("uq_releases_survey_id_number")),
    )
    op.create_table(
        "survey_acts",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("survey_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_survey_acts_survey_id_surveys")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_acts")),
    )
    with op.batch_alter_table("survey_acts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_survey_acts_survey_id"), ["survey_id"], unique=False)

    op.create_table(
        "targets",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("survey_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("unit_class", sa.String(), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_targets_survey_id_surveys")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_targets_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_targets")),
        sa.UniqueConstraint("survey_id", "code", name=op.f("uq_targets_survey_id_code")),
    )
    op.create_table(
        "answers_apart",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("survey_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_answers_apart_group_id_groups")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_answers_apart_place_id_places")),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_answers_apart_survey_id_surveys")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers_apart")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("answers_apart", schema=None) as batch_op:
        batch_op.create_index("ix_answers_apart_survey_id_question", ["survey_id", "question"], unique=False)

    op.create_table(
        "entry_codes",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("survey_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.CheckConstraint("state IN ('active', 'voided')", name=op.f("ck_entry_codes_state_known")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_entry_codes_group_id_groups")),
        sa.ForeignKeyConstraint(
            ["place_id", "survey_id"], ["places.id", "places.survey_id"], name=op.f("fk_entry_codes_place_id_places")
        ),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_entry_codes_survey_id_surveys")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_entry_codes")),
    )
    with op.batch_alter_table("entry_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_codes_survey_id"), ["survey_id"], unique=False)

    op.create_table(
        "group_targets",
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("target_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_group_targets_group_id_groups")),
        sa.ForeignKeyConstraint(["target_id"], ["targets.id"], name=op.f("fk_group_targets_target_id_targets")),
        sa.PrimaryKeyConstraint("group_id", "target_id", name=op.f("pk_group_targets")),
    )
    op.create_table(
        "quotas",
        sa.Column("place_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ballots", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_quotas_group_id_groups")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_quotas_place_id_places")),
        sa.PrimaryKeyConstraint("place_id", "group_id", name=op.f("pk_quotas")),
    )
    op.create_table(
        "release_files",
        sa.Column("release_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_release_files_release_id_releases")),
        sa.PrimaryKeyConstraint("release_id", "path", name=op.f("pk_release_files")),
    )
    op.create_table(
        "release_units",
        sa.Column("release_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("is_target", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("parent_code", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("unit_class", sa.String(), nullable=False),
        sa.Column("path", sa.JSON(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("search_name", sa.String(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("places_with_ballots", sa.Integer(), nullable=False),
        sa.Column("ballots", sa.Integer(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("group_cells", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_release_units_release_id_releases")),
        sa.PrimaryKeyConstraint("release_id", "code", "is_target", name=op.f("pk_release_units")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("release_units", schema=None) as batch_op:
        batch_op.create_index("ix_release_units_release_id_parent_code", ["release_id", "parent_code"], unique=False)

    op.create_table(
        "slots",
        sa.Column("survey_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("target_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_slots_survey_id_surveys")),
        sa.ForeignKeyConstraint(["target_id"], ["targets.id"], name=op.f("fk_slots_target_id_targets")),
        sa.PrimaryKeyConstraint("survey_id", "position", name=op.f("pk_slots")),
    )
    op.create_table(
        "tallies",
        sa.Column("survey_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("ballots", sa.Integer(), nullable=False),
        sa.Column("counts", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_tallies_group_id_groups")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_tallies_place_id_places")),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_tallies_survey_id_surveys")),
        sa.PrimaryKeyConstraint("survey_id", "place_id", "group_id", "channel", name=op.f("pk_tallies")),
    )
    op.create_table(
        "turnouts",
        sa.Column("place_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hour", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("survey_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ballots", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_turnouts_place_id_places")),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_turnouts_survey_id_surveys")),
        sa.PrimaryKeyConstraint("place_id", "hour", name=op.f("pk_turnouts")),
    )
    with op.batch_alter_table("turnouts", schema=None) as batch_op:
        batch_op.create_index("ix_turnouts_survey_id_hour", ["survey_id", "hour"], unique=False)


def downgrade() -> None:
    """Take the schema back to the revision before."""
    with op.batch_alter_table("turnouts", schema=None) as batch_op:
        batch_op.drop_index("ix_turnouts_survey_id_hour")

    op.drop_table("turnouts")
    op.drop_table("tallies")
    op.drop_table("slots")
    with op.batch_alter_table("release_units", schema=None) as batch_op:
        batch_op.drop_index("ix_release_units_release_id_parent_code")

    op.drop_table("release_units")
    op.drop_table("release_files")
    op.drop_table("quotas")
    op.drop_table("group_targets")
    with op.batch_alter_table("entry_codes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entry_codes_survey_id"))

    op.drop_table("entry_codes")
    with op.batch_alter_table("answers_apart", schema=None) as batch_op:
        batch_op.drop_index("ix_answers_apart_survey_id_question")

    op.drop_table("answers_apart")
    op.drop_table("targets")
    with op.batch_alter_table("survey_acts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_survey_acts_survey_id"))

    op.drop_table("survey_acts")
    op.drop_table("releases")
    op.drop_table("questionnaires")
    op.drop_table("places")
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_jobs_survey_id"))
        batch_op.drop_index(batch_op.f("ix_jobs_state"))
        batch_op.drop_index(batch_op.f("ix_jobs_kind"))

    op.drop_table("jobs")
    op.drop_table("groups")
    with op.batch_alter_table("units", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_units_parent_id"))

    op.drop_table("units")
    op.drop_table("surveys")
    op.drop_table("ballots")
    op.drop_table("accounts")
