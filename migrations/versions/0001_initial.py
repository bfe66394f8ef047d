"""All tables of the first release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "tenant",
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenant")),
        sa.UniqueConstraint("slug", name=op.f("uq_tenant_slug")),
    )
    op.create_table(
        "cluster",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("name_local", sa.String(length=500), nullable=True),
        sa.Column("place", sa.String(length=500), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("specialities", DOCUMENT, nullable=False),
        sa.Column("honours", DOCUMENT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_cluster_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_cluster_tenant_id_code")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_cluster_tenant_id_id")),
    )
    op.create_table(
        "host_fair",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("place", sa.String(length=500), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_host_fair_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_fair")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_host_fair_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "name", "starts_on", name=op.f("uq_host_fair_tenant_id_name_starts_on")),
    )
    op.create_table(
        "series",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_series_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_series_tenant_id_code")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_series_tenant_id_id")),
    )
    op.create_table(
        "cluster_fact",
        sa.Column("cluster_id", sa.Uuid(), nullable=False),
        sa.Column("metric", sa.String(length=120), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("qualifier", sa.String(length=32), nullable=True),
        sa.Column("year", sa.String(length=32), nullable=False),
        sa.Column("scope", sa.String(length=500), nullable=False),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["cluster.id"], name=op.f("fk_cluster_fact_cluster_id_cluster"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster_fact")),
        sa.UniqueConstraint(
            "cluster_id",
            "metric",
            "scope",
            "year",
            "source",
            name=op.f("uq_cluster_fact_cluster_id_metric_scope_year_source"),
        ),
    )
    with op.batch_alter_table("cluster_fact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cluster_fact_cluster_id"), ["cluster_id"], unique=False)

    op.create_table(
        "event",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=True),
        sa.Column("host_fair_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("name_local", sa.String(length=500), nullable=True),
        sa.Column("form", sa.String(length=32), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("place", sa.String(length=500), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("rules", DOCUMENT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "form IN ('matchmaking', 'conference', 'roadshow', 'factory_visit')", name=op.f("ck_event_form")
        ),
        sa.CheckConstraint("slot_minutes BETWEEN 5 AND 480", name=op.f("ck_event_slot_minutes")),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_event_dates")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "host_fair_id"],
            ["host_fair.tenant_id", "host_fair.id"],
            name=op.f("fk_event_tenant_id_host_fair_id_host_fair"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "series_id"],
            ["series.tenant_id", "series.id"],
            name=op.f("fk_event_tenant_id_series_id_series"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_event_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_event_tenant_id_code")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_event_tenant_id_id")),
    )
    op.create_table(
        "organisation",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("cluster_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("name_local", sa.String(length=500), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("city", sa.String(length=500), nullable=True),
        sa.Column("extra", DOCUMENT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "kind IN ('manufacturer', 'fabric-mill', 'dye-print-house', 'trading-company', 'brand-owner', 'retailer', 'importer', 'home-textile-enterprise', 'light-textile-enterprise', 'agent', 'professional-market', 'cluster-body', 'association', 'government-body', 'service-provider')",
            name=op.f("ck_organisation_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "cluster_id"],
            ["cluster.tenant_id", "cluster.id"],
            name=op.f("fk_organisation_tenant_id_cluster_id_cluster"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_organisation_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_organisation_tenant_id_code")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_organisation_tenant_id_id")),
    )
    op.create_table(
        "api_key",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("label", sa.String(length=500), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "role = 'organiser' OR organisation_id IS NOT NULL", name=op.f("ck_api_key_has_organisation")
        ),
        sa.CheckConstraint("role IN ('organiser', 'enterprise', 'buyer')", name=op.f("ck_api_key_role")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "organisation_id"],
            ["organisation.tenant_id", "organisation.id"],
            name=op.f("fk_api_key_tenant_id_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_api_key_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_key_digest")),
    )
    op.create_table(
        "buyer_profile",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("resolved", DOCUMENT, nullable=False),
        sa.Column("unresolved", DOCUMENT, nullable=False),
        sa.Column("completeness", sa.Integer(), nullable=False),
        sa.Column("extra", DOCUMENT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("completeness BETWEEN 0 AND 100", name=op.f("ck_buyer_profile_completeness")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_buyer_profile_revision")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "organisation_id"],
            ["organisation.tenant_id", "organisation.id"],
            name=op.f("fk_buyer_profile_tenant_id_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_buyer_profile_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_buyer_profile")),
        sa.UniqueConstraint("organisation_id", "revision", name=op.f("uq_buyer_profile_organisation_id_revision")),
    )
    op.create_table(
        "capability_profile",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("resolved", DOCUMENT, nullable=False),
        sa.Column("unresolved", DOCUMENT, nullable=False),
        sa.Column("completeness", sa.Integer(), nullable=False),
        sa.Column("extra", DOCUMENT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("completeness BETWEEN 0 AND 100", name=op.f("ck_capability_profile_completeness")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_capability_profile_revision")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "organisation_id"],
            ["organisation.tenant_id", "organisation.id"],
            name=op.f("fk_capability_profile_tenant_id_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_capability_profile_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capability_profile")),
        sa.UniqueConstraint("organisation_id", "revision", name=op.f("uq_capability_profile_organisation_id_revision")),
    )
    op.create_table(
        "event_body",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("name_local", sa.String(length=500), nullable=True),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "role IN ('host', 'co-host', 'organiser', 'undertaker', 'guidance', 'support', 'venue')",
            name=op.f("ck_event_body_role"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_body_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_body")),
        sa.UniqueConstraint("event_id", "name", "role", name=op.f("uq_event_body_event_id_name_role")),
    )
    op.create_table(
        "imported_file",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("summary", DOCUMENT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["event.tenant_id", "event.id"],
            name=op.f("fk_imported_file_tenant_id_event_id_event"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_file")),
    )
    op.create_table(
        "interpreter",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("languages", DOCUMENT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_interpreter_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interpreter")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_interpreter_event_id_id")),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_interpreter_event_id_name")),
    )
    op.create_table(
        "match_run",
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("inputs", DOCUMENT, nullable=False),
        sa.Column("model_hash", sa.String(length=64), nullable=True),
        sa.Column("pairs", sa.Integer(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("parameters", DOCUMENT, nullable=False),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("stage", sa.String(length=120), nullable=False),
        sa.Column("error", sa.String(length=2000), nullable=True),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("heartbeat_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name=op.f("ck_match_run_state")
        ),
        sa.CheckConstraint("progress BETWEEN 0 AND 1", name=op.f("ck_match_run_progress")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["event.tenant_id", "event.id"],
            name=op.f("fk_match_run_tenant_id_event_id_event"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_run")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_match_run_event_id_id")),
    )
    op.create_table(
        "pairing_rule",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seeker", sa.String(length=32), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "provider IN ('manufacturer', 'fabric-mill', 'dye-print-house', 'trading-company', 'brand-owner', 'retailer', 'importer', 'home-textile-enterprise', 'light-textile-enterprise', 'agent', 'professional-market', 'cluster-body', 'association', 'government-body', 'service-provider')",
            name=op.f("ck_pairing_rule_provider"),
        ),
        sa.CheckConstraint(
            "seeker IN ('manufacturer', 'fabric-mill', 'dye-print-house', 'trading-company', 'brand-owner', 'retailer', 'importer', 'home-textile-enterprise', 'light-textile-enterprise', 'agent', 'professional-market', 'cluster-body', 'association', 'government-body', 'service-provider')",
            name=op.f("ck_pairing_rule_seeker"),
        ),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_pairing_rule_revision")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_pairing_rule_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing_rule")),
        sa.UniqueConstraint(
            "event_id", "revision", "seeker", "provider", name=op.f("uq_pairing_rule_event_id_revision_seeker_provider")
        ),
    )
    op.create_table(
        "phase",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "name IN ('registration', 'matching', 'booking', 'live', 'closed')", name=op.f("ck_phase_name")
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_phase_times")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_phase_event_id_event"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phase")),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_phase_event_id_name")),
    )
    op.create_table(
        "place",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_place_event_id_event"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("event_id", "code", name=op.f("uq_place_event_id_code")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_place_event_id_id")),
    )
    op.create_table(
        "representative",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=200), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("phone", sa.String(length=64), nullable=True),
        sa.Column("languages", DOCUMENT, nullable=False),
        sa.Column("consent", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "organisation_id"],
            ["organisation.tenant_id", "organisation.id"],
            name=op.f("fk_representative_tenant_id_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_representative_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_representative")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_representative_organisation_id_id")),
        sa.UniqueConstraint("organisation_id", "name", name=op.f("uq_representative_organisation_id_name")),
    )
    op.create_table(
        "schedule",
        sa.Column("match_run_id", sa.Uuid(), nullable=True),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=True),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("objective", sa.Double(), nullable=True),
        sa.Column("bound", sa.Double(), nullable=True),
        sa.Column("gap", sa.Double(), nullable=True),
        sa.Column("breaks", sa.Integer(), nullable=True),
        sa.Column("missing_required", sa.Integer(), nullable=True),
        sa.Column("shortfall", sa.Integer(), nullable=True),
        sa.Column("problem", DOCUMENT, nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("parameters", DOCUMENT, nullable=False),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("stage", sa.String(length=120), nullable=False),
        sa.Column("error", sa.String(length=2000), nullable=True),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("heartbeat_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name=op.f("ck_schedule_state")
        ),
        sa.CheckConstraint("progress BETWEEN 0 AND 1", name=op.f("ck_schedule_progress")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["event.tenant_id", "event.id"],
            name=op.f("fk_schedule_tenant_id_event_id_event"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_schedule_event_id_id")),
    )
    with op.batch_alter_table("schedule", schema=None) as batch_op:
        batch_op.create_index(
            "uq_schedule_current",
            ["event_id"],
            unique=True,
            sqlite_where=sa.text("is_current"),
            postgresql_where=sa.text("is_current"),
        )

    op.create_table(
        "slot",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("session", sa.String(length=64), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_slot_times")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_slot_event_id_event"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_slot_event_id_id")),
        sa.UniqueConstraint("event_id", "position", name=op.f("uq_slot_event_id_position")),
        sa.UniqueConstraint("event_id", "starts_at", name=op.f("uq_slot_event_id_starts_at")),
    )
    op.create_table(
        "sourcing_request",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["event.tenant_id", "event.id"],
            name=op.f("fk_sourcing_request_tenant_id_event_id_event"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "organisation_id"],
            ["organisation.tenant_id", "organisation.id"],
            name=op.f("fk_sourcing_request_tenant_id_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sourcing_request")),
        sa.UniqueConstraint("event_id", "code", name=op.f("uq_sourcing_request_event_id_code")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_sourcing_request_event_id_id")),
    )
    op.create_table(
        "certificate",
        sa.Column("capability_profile_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.Column("scope", sa.String(length=500), nullable=True),
        sa.Column("number", sa.String(length=500), nullable=True),
        sa.Column("body", sa.String(length=500), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("evidence", sa.String(length=16), nullable=False),
        sa.Column("document", sa.String(length=500), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "evidence IN ('declared', 'documented', 'verified', 'expired')", name=op.f("ck_certificate_evidence")
        ),
        sa.CheckConstraint(
            "valid_from IS NULL OR valid_to IS NULL OR valid_from <= valid_to", name=op.f("ck_certificate_dates")
        ),
        sa.ForeignKeyConstraint(
            ["capability_profile_id"],
            ["capability_profile.id"],
            name=op.f("fk_certificate_capability_profile_id_capability_profile"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
    )
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_certificate_capability_profile_id"), ["capability_profile_id"], unique=False
        )

    op.create_table(
        "participation",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("supplies", sa.Boolean(), nullable=False),
        sa.Column("buys", sa.Boolean(), nullable=False),
        sa.Column("min_meetings", sa.Integer(), nullable=True),
        sa.Column("max_meetings", sa.Integer(), nullable=True),
        sa.Column("place_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "kind IN ('manufacturer', 'fabric-mill', 'dye-print-house', 'trading-company', 'brand-owner', 'retailer', 'importer', 'home-textile-enterprise', 'light-textile-enterprise', 'agent', 'professional-market', 'cluster-body', 'association', 'government-body', 'service-provider')",
            name=op.f("ck_participation_kind"),
        ),
        sa.CheckConstraint(
            "max_meetings IS NULL OR max_meetings >= coalesce(min_meetings, 0)",
            name=op.f("ck_participation_max_meetings"),
        ),
        sa.CheckConstraint("min_meetings IS NULL OR min_meetings >= 0", name=op.f("ck_participation_min_meetings")),
        sa.ForeignKeyConstraint(
            ["event_id", "place_id"],
            ["place.event_id", "place.id"],
            name=op.f("fk_participation_event_id_place_id_place"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["event.tenant_id", "event.id"],
            name=op.f("fk_participation_tenant_id_event_id_event"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "organisation_id"],
            ["organisation.tenant_id", "organisation.id"],
            name=op.f("fk_participation_tenant_id_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participation")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_participation_event_id_id")),
        sa.UniqueConstraint("event_id", "organisation_id", name=op.f("uq_participation_event_id_organisation_id")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_participation_organisation_id_id")),
    )
    op.create_table(
        "request_revision",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("resolved", DOCUMENT, nullable=False),
        sa.Column("unresolved", DOCUMENT, nullable=False),
        sa.Column("completeness", sa.Integer(), nullable=False),
        sa.Column("extra", DOCUMENT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("completeness BETWEEN 0 AND 100", name=op.f("ck_request_revision_completeness")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_request_revision_revision")),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["sourcing_request.id"],
            name=op.f("fk_request_revision_request_id_sourcing_request"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_revision")),
        sa.UniqueConstraint("request_id", "id", name=op.f("uq_request_revision_request_id_id")),
        sa.UniqueConstraint("request_id", "revision", name=op.f("uq_request_revision_request_id_revision")),
    )
    op.create_table(
        "slot_closed",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=True),
        sa.Column("interpreter_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(place_id IS NULL) <> (interpreter_id IS NULL)", name=op.f("ck_slot_closed_one_resource")),
        sa.ForeignKeyConstraint(
            ["event_id", "interpreter_id"],
            ["interpreter.event_id", "interpreter.id"],
            name=op.f("fk_slot_closed_event_id_interpreter_id_interpreter"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "place_id"],
            ["place.event_id", "place.id"],
            name=op.f("fk_slot_closed_event_id_place_id_place"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "slot_id"],
            ["slot.event_id", "slot.id"],
            name=op.f("fk_slot_closed_event_id_slot_id_slot"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot_closed")),
        sa.UniqueConstraint("slot_id", "interpreter_id", name=op.f("uq_slot_closed_slot_id_interpreter_id")),
        sa.UniqueConstraint("slot_id", "place_id", name=op.f("uq_slot_closed_slot_id_place_id")),
    )
    op.create_table(
        "attendee",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("participation_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("representative_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_attendee_number")),
        sa.ForeignKeyConstraint(
            ["event_id", "participation_id"],
            ["participation.event_id", "participation.id"],
            name=op.f("fk_attendee_event_id_participation_id_participation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "participation_id"],
            ["participation.organisation_id", "participation.id"],
            name=op.f("fk_attendee_organisation_id_participation_id_participation"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "representative_id"],
            ["representative.organisation_id", "representative.id"],
            name=op.f("fk_attendee_organisation_id_representative_id_representative"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendee")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_attendee_event_id_id")),
        sa.UniqueConstraint("event_id", "representative_id", name=op.f("uq_attendee_event_id_representative_id")),
        sa.UniqueConstraint("participation_id", "number", name=op.f("uq_attendee_participation_id_number")),
    )
    op.create_table(
        "left_out_pair",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("low_id", sa.Uuid(), nullable=False),
        sa.Column("high_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_left_out_pair_two_parties")),
        sa.ForeignKeyConstraint(
            ["event_id", "high_id"],
            ["participation.event_id", "participation.id"],
            name=op.f("fk_left_out_pair_event_id_high_id_participation"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "low_id"],
            ["participation.event_id", "participation.id"],
            name=op.f("fk_left_out_pair_event_id_low_id_participation"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "schedule_id"],
            ["schedule.event_id", "schedule.id"],
            name=op.f("fk_left_out_pair_event_id_schedule_id_schedule"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_left_out_pair")),
        sa.UniqueConstraint(
            "schedule_id",
            "low_id",
            "high_id",
            "request_id",
            name=op.f("uq_left_out_pair_schedule_id_low_id_high_id_request_id"),
        ),
    )
    op.create_table(
        "match",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("seeker_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=True),
        sa.Column("backward", sa.Double(), nullable=True),
        sa.Column("backward_rank", sa.Integer(), nullable=True),
        sa.Column("mutual", sa.Double(), nullable=True),
        sa.Column("explanation", DOCUMENT, nullable=False),
        sa.Column("failed", DOCUMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(rank IS NULL) = (failed IS NOT NULL)", name=op.f("ck_match_ranked_or_failed")),
        sa.ForeignKeyConstraint(
            ["event_id", "provider_id"],
            ["participation.event_id", "participation.id"],
            name=op.f("fk_match_event_id_provider_id_participation"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "request_id"],
            ["sourcing_request.event_id", "sourcing_request.id"],
            name=op.f("fk_match_event_id_request_id_sourcing_request"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "run_id"],
            ["match_run.event_id", "match_run.id"],
            name=op.f("fk_match_event_id_run_id_match_run"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "seeker_id"],
            ["participation.event_id", "participation.id"],
            name=op.f("fk_match_event_id_seeker_id_participation"),
        ),
        sa.ForeignKeyConstraint(
            ["request_id", "revision_id"],
            ["request_revision.request_id", "request_revision.id"],
            name=op.f("fk_match_request_id_revision_id_request_revision"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match")),
        sa.UniqueConstraint("run_id", "request_id", "provider_id", name=op.f("uq_match_run_id_request_id_provider_id")),
    )
    with op.batch_alter_table("match", schema=None) as batch_op:
        batch_op.create_index("ix_match_run_provider", ["run_id", "provider_id", "backward_rank"], unique=False)
        batch_op.create_index("ix_match_run_request_rank", ["run_id", "request_id", "rank"], unique=False)

    op.create_table(
        "meeting",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("low_id", sa.Uuid(), nullable=False),
        sa.Column("high_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("slot_id", sa.Uuid(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("once", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "status IN ('planned', 'locked', 'live', 'held', 'no_show', 'cancelled')", name=op.f("ck_meeting_status")
        ),
        sa.CheckConstraint("length >= 1", name=op.f("ck_meeting_length")),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_meeting_two_parties")),
        sa.ForeignKeyConstraint(
            ["event_id", "high_id"],
            ["participation.event_id", "participation.id"],
            name=op.f("fk_meeting_event_id_high_id_participation"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "low_id"],
            ["participation.event_id", "participation.id"],
            name=op.f("fk_meeting_event_id_low_id_participation"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "request_id"],
            ["sourcing_request.event_id", "sourcing_request.id"],
            name=op.f("fk_meeting_event_id_request_id_sourcing_request"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "schedule_id"],
            ["schedule.event_id", "schedule.id"],
            name=op.f("fk_meeting_event_id_schedule_id_schedule"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "slot_id"], ["slot.event_id", "slot.id"], name=op.f("fk_meeting_event_id_slot_id_slot")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("event_id", "schedule_id", "id", name=op.f("uq_meeting_event_id_schedule_id_id")),
        sa.UniqueConstraint("schedule_id", "id", name=op.f("uq_meeting_schedule_id_id")),
    )
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.create_index("ix_meeting_schedule_slot", ["schedule_id", "slot_id"], unique=False)
        batch_op.create_index(
            "uq_meeting_pair",
            ["schedule_id", "low_id", "high_id"],
            unique=True,
            sqlite_where=sa.text("once AND status <> 'cancelled'"),
            postgresql_where=sa.text("once AND status <> 'cancelled'"),
        )

    op.create_table(
        "preference",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "answer IN ('must_meet', 'want', 'neutral', 'no_thanks', 'blocked')", name=op.f("ck_preference_answer")
        ),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_preference_two_parties")),
        sa.ForeignKeyConstraint(
            ["event_id", "from_id"],
            ["participation.event_id", "participation.id"],
            name=op.f("fk_preference_event_id_from_id_participation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "to_id"],
            ["participation.event_id", "participation.id"],
            name=op.f("fk_preference_event_id_to_id_participation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preference")),
        sa.UniqueConstraint("from_id", "to_id", name=op.f("uq_preference_from_id_to_id")),
    )
    op.create_table(
        "unavailable",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("participation_id", sa.Uuid(), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "participation_id"],
            ["participation.event_id", "participation.id"],
            name=op.f("fk_unavailable_event_id_participation_id_participation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "slot_id"],
            ["slot.event_id", "slot.id"],
            name=op.f("fk_unavailable_event_id_slot_id_slot"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unavailable")),
        sa.UniqueConstraint("participation_id", "slot_id", name=op.f("uq_unavailable_participation_id_slot_id")),
    )
    op.create_table(
        "interpreter_hold",
        sa.Column("interpreter_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "interpreter_id"],
            ["interpreter.event_id", "interpreter.id"],
            name=op.f("fk_interpreter_hold_event_id_interpreter_id_interpreter"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "schedule_id", "meeting_id"],
            ["meeting.event_id", "meeting.schedule_id", "meeting.id"],
            name=op.f("fk_interpreter_hold_event_id_schedule_id_meeting_id_meeting"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "slot_id"],
            ["slot.event_id", "slot.id"],
            name=op.f("fk_interpreter_hold_event_id_slot_id_slot"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interpreter_hold")),
        sa.UniqueConstraint("meeting_id", "slot_id", name=op.f("uq_interpreter_hold_meeting_id_slot_id")),
        sa.UniqueConstraint(
            "schedule_id",
            "slot_id",
            "interpreter_id",
            name=op.f("uq_interpreter_hold_schedule_id_slot_id_interpreter_id"),
        ),
    )
    with op.batch_alter_table("interpreter_hold", schema=None) as batch_op:
        batch_op.create_index("ix_interpreter_hold_meeting", ["meeting_id"], unique=False)

    op.create_table(
        "place_hold",
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "place_id"], ["place.event_id", "place.id"], name=op.f("fk_place_hold_event_id_place_id_place")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "schedule_id", "meeting_id"],
            ["meeting.event_id", "meeting.schedule_id", "meeting.id"],
            name=op.f("fk_place_hold_event_id_schedule_id_meeting_id_meeting"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "slot_id"], ["slot.event_id", "slot.id"], name=op.f("fk_place_hold_event_id_slot_id_slot")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_hold")),
        sa.UniqueConstraint("meeting_id", "slot_id", name=op.f("uq_place_hold_meeting_id_slot_id")),
        sa.UniqueConstraint(
            "schedule_id", "slot_id", "place_id", name=op.f("uq_place_hold_schedule_id_slot_id_place_id")
        ),
    )
    with op.batch_alter_table("place_hold", schema=None) as batch_op:
        batch_op.create_index("ix_place_hold_meeting", ["meeting_id"], unique=False)

    op.create_table(
        "seat",
        sa.Column("attendee_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "attendee_id"],
            ["attendee.event_id", "attendee.id"],
            name=op.f("fk_seat_event_id_attendee_id_attendee"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "schedule_id", "meeting_id"],
            ["meeting.event_id", "meeting.schedule_id", "meeting.id"],
            name=op.f("fk_seat_event_id_schedule_id_meeting_id_meeting"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "slot_id"], ["slot.event_id", "slot.id"], name=op.f("fk_seat_event_id_slot_id_slot")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat")),
        sa.UniqueConstraint(
            "schedule_id", "slot_id", "attendee_id", name=op.f("uq_seat_schedule_id_slot_id_attendee_id")
        ),
    )
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.create_index("ix_seat_meeting", ["meeting_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.drop_index("ix_seat_meeting")

    op.drop_table("seat")
    with op.batch_alter_table("place_hold", schema=None) as batch_op:
        batch_op.drop_index("ix_place_hold_meeting")

    op.drop_table("place_hold")
    with op.batch_alter_table("interpreter_hold", schema=None) as batch_op:
        batch_op.drop_index("ix_interpreter_hold_meeting")

    op.drop_table("interpreter_hold")
    op.drop_table("unavailable")
    op.drop_table("preference")
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_meeting_pair",
            sqlite_where=sa.text("once AND status <> 'cancelled'"),
            postgresql_where=sa.text("once AND status <> 'cancelled'"),
        )
        batch_op.drop_index("ix_meeting_schedule_slot")

    op.drop_table("meeting")
    with op.batch_alter_table("match", schema=None) as batch_op:
        batch_op.drop_index("ix_match_run_request_rank")
        batch_op.drop_index("ix_match_run_provider")

    op.drop_table("match")
    op.drop_table("left_out_pair")
    op.drop_table("attendee")
    op.drop_table("slot_closed")
    op.drop_table("request_revision")
    op.drop_table("participation")
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certificate_capability_profile_id"))

    op.drop_table("certificate")
    op.drop_table("sourcing_request")
    op.drop_table("slot")
    with op.batch_alter_table("schedule", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_schedule_current", sqlite_where=sa.text("is_current"), postgresql_where=sa.text("is_current")
        )

    op.drop_table("schedule")
    op.drop_table("representative")
    op.drop_table("place")
    op.drop_table("phase")
    op.drop_table("pairing_rule")
    op.drop_table("match_run")
    op.drop_table("interpreter")
    op.drop_table("imported_file")
    op.drop_table("event_body")
    op.drop_table("capability_profile")
    op.drop_table("buyer_profile")
    op.drop_table("api_key")
    op.drop_table("organisation")
    op.drop_table("event")
    with op.batch_alter_table("cluster_fact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cluster_fact_cluster_id"))

    op.drop_table("cluster_fact")
    op.drop_table("series")
    op.drop_table("host_fair")
    op.drop_table("cluster")
    op.drop_table("tenant")
