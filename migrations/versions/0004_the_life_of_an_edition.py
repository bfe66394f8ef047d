"""The life of an edition: people and their access, registrations, meeting requests, publications, outcomes, the outbox,
the audit trail.

Audit entries and publications are kept as they are by triggers: an entry can be sealed once and a publication superseded
once, and nothing else of them can change.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
MOMENT = sa.DateTime(timezone=True)
ROLE = "role IN ('organiser', 'co-organiser', 'desk', 'viewer', 'enterprise', 'buyer')"
OWNER = "(role IN ('enterprise', 'buyer')) = (organisation_id IS NOT NULL)"
ABSENT = "absent_id IS NULL OR absent_id = low_id OR absent_id = high_id"
DELEGATION = "delegation_id IS NULL OR delegation_id <> id"
QUOTA = "request_quota IS NULL OR request_quota >= 0"

#: by table, the columns that may change, and only from nothing to something
KEPT = {"audit_entry": ("number", "hash"), "publication": ("superseded_at",)}


def _keep(table: str, open_columns: tuple[str, ...]) -> None:
    """Forbid that rows of `table` are deleted, or changed but for `open_columns` while those are empty."""
    connection = op.get_bind()
    names = [column["name"] for column in sa.inspect(connection).get_columns(table)]
    apart = "IS NOT" if connection.dialect.name == "sqlite" else "IS DISTINCT FROM"
    changed = [f"OLD.{name} {apart} NEW.{name}" for name in names if name not in open_columns]
    changed += [f"(OLD.{name} IS NOT NULL AND OLD.{name} {apart} NEW.{name})" for name in open_columns]
    wrong = " OR ".join(changed)
    said = f"{table} rows are kept as they are"
    if connection.dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{said}'); END")
        op.execute(
            f"CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table} WHEN {wrong} "
            f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {table}_kept() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{said}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_kept()")
    op.execute(
        f"CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({wrong}) "
        f"EXECUTE FUNCTION {table}_kept()"
    )


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index("ix_sign_in_attempt_who_at", "sign_in_attempt", ["who", "at"], unique=False)

    op.create_table(
        "consent_wording",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "purpose IN ('contact', 'reporting', 'photos', 'newsletter')", name=op.f("ck_consent_wording_purpose")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_consent_wording_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_wording")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_consent_wording_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id",
            "purpose",
            "language",
            "version",
            name=op.f("uq_consent_wording_tenant_id_purpose_language_version"),
        ),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("caller_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", DOCUMENT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_idempotency_key_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_key")),
        sa.UniqueConstraint("caller_id", "key", name=op.f("uq_idempotency_key_caller_id_key")),
    )
    op.create_index("ix_idempotency_key_created_at", "idempotency_key", ["created_at"], unique=False)

    op.create_table(
        "password_reset",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_password_reset_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_reset")),
        sa.UniqueConstraint("digest", name=op.f("uq_password_reset_digest")),
    )
    op.create_table(
        "webhook",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("kinds", DOCUMENT, nullable=False),
        sa.Column("secret", sa.String(length=120), nullable=False),
        sa.Column("label", sa.String(length=500), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_webhook_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_webhook_tenant_id_id")),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("payload", DOCUMENT, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("taken_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("error", sa.String(length=1000), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name=op.f("ck_webhook_delivery_ended")),
        sa.CheckConstraint("state IN ('waiting', 'delivered', 'dead')", name=op.f("ck_webhook_delivery_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "webhook_id"],
            ["webhook.tenant_id", "webhook.id"],
            name=op.f("fk_webhook_delivery_tenant_id_webhook_id_webhook"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_webhook_delivery_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
    )
    op.create_index("ix_webhook_delivery_state_next_at", "webhook_delivery", ["state", "next_at"], unique=False)

    op.create_table(
        "agenda_item",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("title_local", sa.String(length=500), nullable=True),
        sa.Column("speaker", sa.String(length=500), nullable=True),
        sa.Column("place", sa.String(length=120), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('talk', 'discussion', 'visit', 'ceremony', 'break', 'other')", name=op.f("ck_agenda_item_kind")
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_agenda_item_times")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_agenda_item_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_item")),
    )
    op.create_index(op.f("ix_agenda_item_event_id"), "agenda_item", ["event_id"], unique=False)

    op.create_table(
        "audit_entry",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("chain_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("deed", sa.String(length=64), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=True),
        sa.Column("details", DOCUMENT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(number IS NULL) = (hash IS NULL)", name=op.f("ck_audit_entry_sealed")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["event.tenant_id", "event.id"],
            name=op.f("fk_audit_entry_tenant_id_event_id_event"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_audit_entry_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("chain_id", "number", name=op.f("uq_audit_entry_chain_id_number")),
    )
    op.create_index("ix_audit_entry_tenant_event", "audit_entry", ["tenant_id", "event_id", "id"], unique=False)

    op.create_table(
        "invitation",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "(role IN ('enterprise', 'buyer')) = (organisation_id IS NOT NULL)", name=op.f("ck_invitation_organisation")
        ),
        sa.CheckConstraint(
            "role IN ('organiser', 'co-organiser', 'desk', 'viewer', 'enterprise', 'buyer')",
            name=op.f("ck_invitation_role"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "organisation_id"],
            ["organisation.tenant_id", "organisation.id"],
            name=op.f("fk_invitation_tenant_id_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_invitation_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("digest", name=op.f("uq_invitation_digest")),
    )
    op.create_table(
        "job",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("result", DOCUMENT, nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=True),
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
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name=op.f("ck_job_state")),
        sa.CheckConstraint("progress BETWEEN 0 AND 1", name=op.f("ck_job_progress")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"], ["event.tenant_id", "event.id"], name=op.f("fk_job_tenant_id_event_id_event")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_job_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_job_event_id_id")),
    )
    op.create_table(
        "letter",
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("once", sa.String(length=200), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=True),
        sa.Column("attachments", DOCUMENT, nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("taken_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("error", sa.String(length=1000), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name=op.f("ck_letter_ended")),
        sa.CheckConstraint("state IN ('waiting', 'delivered', 'dead')", name=op.f("ck_letter_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"], ["event.tenant_id", "event.id"], name=op.f("fk_letter_tenant_id_event_id_event")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_letter_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("once", name=op.f("uq_letter_once")),
    )
    op.create_index(op.f("ix_letter_email"), "letter", ["email"], unique=False)
    op.create_index("ix_letter_state_next_at", "letter", ["state", "next_at"], unique=False)

    op.create_table(
        "series_lesson",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("model", sa.LargeBinary(), nullable=False),
        sa.Column("summary", DOCUMENT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["event.tenant_id", "event.id"],
            name=op.f("fk_series_lesson_tenant_id_event_id_event"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "series_id"],
            ["series.tenant_id", "series.id"],
            name=op.f("fk_series_lesson_tenant_id_series_id_series"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series_lesson")),
        sa.UniqueConstraint("series_id", "event_id", "number", name=op.f("uq_series_lesson_series_id_event_id_number")),
    )
    op.create_table(
        "stored_file",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["event.tenant_id", "event.id"],
            name=op.f("fk_stored_file_tenant_id_event_id_event"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_stored_file_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
    )
    op.create_table(
        "consent",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("representative_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("wording_id", sa.Uuid(), nullable=True),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('contact', 'reporting', 'photos', 'newsletter')", name=op.f("ck_consent_purpose")
        ),
        sa.ForeignKeyConstraint(
            ["representative_id"],
            ["representative.id"],
            name=op.f("fk_consent_representative_id_representative"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "wording_id"],
            ["consent_wording.tenant_id", "consent_wording.id"],
            name=op.f("fk_consent_tenant_id_wording_id_consent_wording"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_consent_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_representative_id"), "consent", ["representative_id"], unique=False)

    op.create_table(
        "membership",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("representative_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "(role IN ('enterprise', 'buyer')) = (organisation_id IS NOT NULL)", name=op.f("ck_membership_organisation")
        ),
        sa.CheckConstraint(
            "role IN ('organiser', 'co-organiser', 'desk', 'viewer', 'enterprise', 'buyer')",
            name=op.f("ck_membership_role"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_membership_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "representative_id"],
            ["representative.organisation_id", "representative.id"],
            name=op.f("fk_membership_organisation_id_representative_id_representative"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "organisation_id"],
            ["organisation.tenant_id", "organisation.id"],
            name=op.f("fk_membership_tenant_id_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_membership_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint(
            "account_id", "organisation_id", "role", name=op.f("uq_membership_account_id_organisation_id_role")
        ),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_membership_tenant_id_id")),
    )
    op.create_index(
        "uq_membership_staff",
        "membership",
        ["account_id", "tenant_id", "role"],
        unique=True,
        sqlite_where=sa.text("organisation_id IS NULL"),
        postgresql_where=sa.text("organisation_id IS NULL"),
    )

    op.create_table(
        "publication",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("superseded_at", MOMENT, nullable=True),
        sa.Column("meetings", DOCUMENT, nullable=False),
        sa.Column("changes", DOCUMENT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_publication_number")),
        sa.ForeignKeyConstraint(
            ["event_id", "schedule_id"],
            ["schedule.event_id", "schedule.id"],
            name=op.f("fk_publication_event_id_schedule_id_schedule"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["event.tenant_id", "event.id"],
            name=op.f("fk_publication_tenant_id_event_id_event"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_publication_event_id_id")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_publication_event_id_number")),
    )
    op.create_index(
        "uq_publication_in_force",
        "publication",
        ["event_id"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )

    op.create_table(
        "feed_token",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("participation_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "participation_id"],
            ["participation.event_id", "participation.id"],
            name=op.f("fk_feed_token_event_id_participation_id_participation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["event.tenant_id", "event.id"],
            name=op.f("fk_feed_token_tenant_id_event_id_event"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_feed_token_digest")),
    )
    op.create_table(
        "registration",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("form", DOCUMENT, nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("participation_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'approved') = (participation_id IS NOT NULL)", name=op.f("ck_registration_approved")
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'approved', 'refused', 'withdrawn')", name=op.f("ck_registration_state")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "participation_id"],
            ["participation.event_id", "participation.id"],
            name=op.f("fk_registration_event_id_participation_id_participation"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["event.tenant_id", "event.id"],
            name=op.f("fk_registration_tenant_id_event_id_event"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_registration_event_id_id")),
    )
    op.create_index(
        "uq_registration_pending",
        "registration",
        ["event_id", "email"],
        unique=True,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )

    op.create_table(
        "sign_in",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_sign_in_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_sign_in_membership_id_membership"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("digest", name=op.f("uq_sign_in_digest")),
    )
    op.create_index(op.f("ix_sign_in_account_id"), "sign_in", ["account_id"], unique=False)

    op.create_table(
        "meeting_request",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column("low_id", sa.Uuid(), nullable=False),
        sa.Column("high_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("message", sa.String(length=2000), nullable=False),
        sa.Column("answer", sa.String(length=2000), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("reminded_at", MOMENT, nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("meeting_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'pending') = (answered_at IS NULL)", name=op.f("ck_meeting_request_answered")),
        sa.CheckConstraint("meeting_id IS NULL OR state = 'accepted'", name=op.f("ck_meeting_request_booked")),
        sa.CheckConstraint(
            "state IN ('pending', 'accepted', 'declined', 'expired', 'withdrawn')",
            name=op.f("ck_meeting_request_state"),
        ),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_meeting_request_two_parties")),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_meeting_request_pair")),
        sa.ForeignKeyConstraint(
            ["event_id", "from_id"],
            ["participation.event_id", "participation.id"],
            name=op.f("fk_meeting_request_event_id_from_id_participation"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "request_id"],
            ["sourcing_request.event_id", "sourcing_request.id"],
            name=op.f("fk_meeting_request_event_id_request_id_sourcing_request"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "slot_id"], ["slot.event_id", "slot.id"], name=op.f("fk_meeting_request_event_id_slot_id_slot")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "to_id"],
            ["participation.event_id", "participation.id"],
            name=op.f("fk_meeting_request_event_id_to_id_participation"),
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_request_meeting_id_meeting"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["event.tenant_id", "event.id"],
            name=op.f("fk_meeting_request_tenant_id_event_id_event"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_request")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_meeting_request_event_id_id")),
    )
    op.create_index("ix_meeting_request_from", "meeting_request", ["from_id", "state"], unique=False)
    op.create_index("ix_meeting_request_to", "meeting_request", ["to_id", "state"], unique=False)
    op.create_index(
        "uq_meeting_request_pending",
        "meeting_request",
        ["event_id", "low_id", "high_id"],
        unique=True,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )

    op.create_table(
        "outcome",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("participation_id", sa.Uuid(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("sample_requested", sa.Boolean(), nullable=False),
        sa.Column("intended_value", sa.Numeric(precision=16, scale=4), nullable=True),
        sa.Column("order_value", sa.Numeric(precision=16, scale=4), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("next_step", sa.String(length=16), nullable=False),
        sa.Column("next_step_on", sa.Date(), nullable=True),
        sa.Column("comment", sa.String(length=2000), nullable=False),
        sa.Column("reportable", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "next_step IN ('none', 'call', 'visit', 'sample', 'quotation', 'order', 'contract', 'other')",
            name=op.f("ck_outcome_next_step"),
        ),
        sa.CheckConstraint("intended_value IS NULL OR intended_value >= 0", name=op.f("ck_outcome_intended_value")),
        sa.CheckConstraint("order_value IS NULL OR order_value >= 0", name=op.f("ck_outcome_order_value")),
        sa.CheckConstraint("rating IS NULL OR rating BETWEEN 1 AND 5", name=op.f("ck_outcome_rating")),
        sa.ForeignKeyConstraint(
            ["event_id", "participation_id"],
            ["participation.event_id", "participation.id"],
            name=op.f("fk_outcome_event_id_participation_id_participation"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "schedule_id", "meeting_id"],
            ["meeting.event_id", "meeting.schedule_id", "meeting.id"],
            name=op.f("fk_outcome_event_id_schedule_id_meeting_id_meeting"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"], ["event.tenant_id", "event.id"], name=op.f("fk_outcome_tenant_id_event_id_event")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome")),
        sa.UniqueConstraint("meeting_id", "participation_id", name=op.f("uq_outcome_meeting_id_participation_id")),
    )
    op.create_table(
        "quotation",
        sa.Column("outcome_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product", sa.String(length=500), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=16, scale=4), nullable=False),
        sa.Column("unit", sa.String(length=8), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=16, scale=4), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("incoterm", sa.String(length=8), nullable=True),
        sa.Column("place", sa.String(length=120), nullable=True),
        sa.Column("lead_time_days", sa.Double(), nullable=True),
        sa.Column("certificates", DOCUMENT, nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("lead_time_days IS NULL OR lead_time_days >= 0", name=op.f("ck_quotation_lead_time_days")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_quotation_quantity")),
        sa.CheckConstraint("unit_price >= 0", name=op.f("ck_quotation_unit_price")),
        sa.ForeignKeyConstraint(
            ["outcome_id"], ["outcome.id"], name=op.f("fk_quotation_outcome_id_outcome"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotation")),
        sa.UniqueConstraint("outcome_id", "position", name=op.f("uq_quotation_outcome_id_position")),
    )
    with op.batch_alter_table("api_key") as batch_op:
        batch_op.drop_constraint(op.f("ck_api_key_role"), type_="check")
        batch_op.drop_constraint(op.f("ck_api_key_has_organisation"), type_="check")
        batch_op.create_check_constraint(op.f("ck_api_key_role"), ROLE)
        batch_op.create_check_constraint(op.f("ck_api_key_organisation"), OWNER)
        batch_op.add_column(sa.Column("scopes", DOCUMENT, nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("expires_at", MOMENT, nullable=True))

    with op.batch_alter_table("attendee") as batch_op:
        batch_op.add_column(sa.Column("code", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("checked_in_at", MOMENT, nullable=True))
        batch_op.create_unique_constraint(op.f("uq_attendee_code"), ["code"])

    with op.batch_alter_table("event") as batch_op:
        batch_op.add_column(sa.Column("copied_from_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        batch_op.create_foreign_key(
            op.f("fk_event_tenant_id_copied_from_id_event"),
            "event",
            ["tenant_id", "copied_from_id"],
            ["tenant_id", "id"],
        )

    with op.batch_alter_table("meeting") as batch_op:
        batch_op.add_column(sa.Column("changed_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("absent_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("note", sa.String(length=500), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        batch_op.create_check_constraint(op.f("ck_meeting_absent"), ABSENT)
        batch_op.create_foreign_key(
            op.f("fk_meeting_event_id_absent_id_participation"),
            "participation",
            ["event_id", "absent_id"],
            ["event_id", "id"],
        )

    with op.batch_alter_table("organisation") as batch_op:
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))

    with op.batch_alter_table("participation") as batch_op:
        batch_op.add_column(sa.Column("delegation_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("request_quota", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        batch_op.create_check_constraint(op.f("ck_participation_delegation"), DELEGATION)
        batch_op.create_check_constraint(op.f("ck_participation_request_quota"), QUOTA)
        batch_op.create_foreign_key(
            op.f("fk_participation_event_id_delegation_id_participation"),
            "participation",
            ["event_id", "delegation_id"],
            ["event_id", "id"],
        )

    with op.batch_alter_table("representative") as batch_op:
        batch_op.add_column(sa.Column("erased_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    for table, columns in KEPT.items():
        _keep(table, columns)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in KEPT:
            op.execute(f"DROP TRIGGER {table}_kept ON {table}")
            op.execute(f"DROP TRIGGER {table}_frozen ON {table}")
            op.execute(f"DROP FUNCTION {table}_kept()")
    with op.batch_alter_table("representative") as batch_op:
        batch_op.drop_column("version")
        batch_op.drop_column("erased_at")

    with op.batch_alter_table("participation") as batch_op:
        batch_op.drop_constraint(op.f("ck_participation_delegation"), type_="check")
        batch_op.drop_constraint(op.f("ck_participation_request_quota"), type_="check")
        batch_op.drop_constraint(op.f("fk_participation_event_id_delegation_id_participation"), type_="foreignkey")
        batch_op.drop_column("version")
        batch_op.drop_column("withdrawn_at")
        batch_op.drop_column("request_quota")
        batch_op.drop_column("delegation_id")

    with op.batch_alter_table("organisation") as batch_op:
        batch_op.drop_column("version")

    with op.batch_alter_table("meeting") as batch_op:
        batch_op.drop_constraint(op.f("ck_meeting_absent"), type_="check")
        batch_op.drop_constraint(op.f("fk_meeting_event_id_absent_id_participation"), type_="foreignkey")
        batch_op.drop_column("version")
        batch_op.drop_column("note")
        batch_op.drop_column("absent_id")
        batch_op.drop_column("changed_at")

    with op.batch_alter_table("event") as batch_op:
        batch_op.drop_constraint(op.f("fk_event_tenant_id_copied_from_id_event"), type_="foreignkey")
        batch_op.drop_column("version")
        batch_op.drop_column("copied_from_id")

    with op.batch_alter_table("attendee") as batch_op:
        batch_op.drop_constraint(op.f("uq_attendee_code"), type_="unique")
        batch_op.drop_column("checked_in_at")
        batch_op.drop_column("code")

    # keys of roles that there are not before this: kept, and of no more use
    op.execute(
        "UPDATE api_key SET role = 'organiser', revoked_at = coalesce(revoked_at, created_at) "
        "WHERE role NOT IN ('organiser', 'enterprise', 'buyer')"
    )
    with op.batch_alter_table("api_key") as batch_op:
        batch_op.drop_constraint(op.f("ck_api_key_role"), type_="check")
        batch_op.drop_constraint(op.f("ck_api_key_organisation"), type_="check")
        batch_op.create_check_constraint(op.f("ck_api_key_role"), "role IN ('organiser', 'enterprise', 'buyer')")
        batch_op.create_check_constraint(
            op.f("ck_api_key_has_organisation"), "role = 'organiser' OR organisation_id IS NOT NULL"
        )
        batch_op.drop_column("expires_at")
        batch_op.drop_column("scopes")

    op.drop_table("quotation")
    op.drop_table("outcome")
    op.drop_index("uq_meeting_request_pending", table_name="meeting_request")
    op.drop_index("ix_meeting_request_to", table_name="meeting_request")
    op.drop_index("ix_meeting_request_from", table_name="meeting_request")

    op.drop_table("meeting_request")
    op.drop_index(op.f("ix_sign_in_account_id"), table_name="sign_in")

    op.drop_table("sign_in")
    op.drop_index("uq_registration_pending", table_name="registration")

    op.drop_table("registration")
    op.drop_table("feed_token")
    op.drop_index("uq_publication_in_force", table_name="publication")

    op.drop_table("publication")
    op.drop_index("uq_membership_staff", table_name="membership")

    op.drop_table("membership")
    op.drop_index(op.f("ix_consent_representative_id"), table_name="consent")

    op.drop_table("consent")
    op.drop_table("stored_file")
    op.drop_table("series_lesson")
    op.drop_index("ix_letter_state_next_at", table_name="letter")
    op.drop_index(op.f("ix_letter_email"), table_name="letter")

    op.drop_table("letter")
    op.drop_table("job")
    op.drop_table("invitation")
    op.drop_index("ix_audit_entry_tenant_event", table_name="audit_entry")

    op.drop_table("audit_entry")
    op.drop_index(op.f("ix_agenda_item_event_id"), table_name="agenda_item")

    op.drop_table("agenda_item")
    op.drop_index("ix_webhook_delivery_state_next_at", table_name="webhook_delivery")

    op.drop_table("webhook_delivery")
    op.drop_table("webhook")
    op.drop_table("password_reset")
    op.drop_index("ix_idempotency_key_created_at", table_name="idempotency_key")

    op.drop_table("idempotency_key")
    op.drop_table("consent_wording")
    op.drop_index("ix_sign_in_attempt_who_at", table_name="sign_in_attempt")

    op.drop_table("sign_in_attempt")
    op.drop_table("account")
