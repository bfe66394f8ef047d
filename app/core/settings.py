"""Settings: environment variables that begin with FAIRMATCH_, checked once at the start."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from app.core.errors import InvalidInputError


class Settings(BaseSettings):
    """All that can be set from outside; every field has a default that works on a laptop."""

    model_config = SettingsConfigDict(env_prefix="FAIRMATCH_", extra="ignore", frozen=True)

    database_url: str = Field("sqlite:///var/fairmatch.db", description="SQLite or PostgreSQL (postgresql+psycopg://…)")
    database_password_file: Path | None = Field(None, description="file with the password of the database's user")
    jobs_url: str | None = Field(
        None, description="where the job queue keeps its state; beside the database by default"
    )
    out: Path = Field(Path("var/out"), description="folder that exports are written to")
    font: Path | None = Field(None, description="font for PDFs; any installed CJK font, else the bundled one")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("WARNING", description="what the log shows")
    log_format: Literal["text", "json"] = Field("text", description="how the log is written")
    max_body_mb: int = Field(10, ge=1, le=1024, description="largest request body, in megabytes")
    mail: str = Field(
        "console:", description="how letters are sent: console:, file:FOLDER, smtp://user:password@host:587"
    )
    mail_from: str = Field("fairmatch@localhost", description="sender of letters")
    public_url: str = Field("http://127.0.0.1:8000", description="where people reach the service; links begin with it")
    webhooks_to_private: bool = Field(
        False, description="whether webhooks may go to private and local addresses, and over plain http"
    )
    session_idle_minutes: int = Field(120, ge=5, le=1440, description="a session ends when unused for so long")
    session_hours: int = Field(24, ge=1, le=720, description="a session ends so long after signing in")
    rate_per_minute: int = Field(3000, ge=0, description="most calls of a caller a minute, per process; 0 for no limit")
    trusted_proxy: str | None = Field(None, description="address or network of the proxy that X-Forwarded-For is from")
    setup_code: str | None = Field(None, description="lets whoever has it make the first account; `serve` makes one")
    workers_in_process: bool = Field(True, description="whether `serve` also runs match runs and schedule builds")

    @model_validator(mode="before")
    @classmethod
    def _password_from_file(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Put the password that stands in a file into the address, so that it stands in no environment."""
        file = values.get("database_password_file")
        if not file:
            return values
        try:
            password = Path(file).read_text(encoding="utf-8").strip()
            url = make_url(values.get("database_url", ""))
        except (OSError, ArgumentError) as error:
            raise ValueError(
                f"FAIRMATCH_DATABASE_PASSWORD_FILE needs a file that can be read and FAIRMATCH_DATABASE_URL: {error}"
            ) from error
        return values | {"database_url": url.set(password=password).render_as_string(hide_password=False)}

    @property
    def is_sqlite(self) -> bool:
        return make_url(self.database_url).get_backend_name() == "sqlite"

    @property
    def jobs_database_url(self) -> str:
        """The queue's own database: a second SQLite file, or a schema of its own inside PostgreSQL."""
        if self.jobs_url:
            return self.jobs_url
        url = make_url(self.database_url)
        if url.get_backend_name() == "sqlite":
            path = Path(url.database or "var/fairmatch.db")
            return f"sqlite:///{path.with_name(path.stem + '-jobs.db')}"
        return url.set(drivername="postgresql").render_as_string(hide_password=False)


def load_settings() -> Settings:
    """Read the environment; raise InvalidInputError naming each variable that cannot be used."""
    try:
        settings = Settings()
    except ValidationError as error:
        wrong = "; ".join(f"{_name(fault['loc'])}{fault['msg']}" for fault in error.errors())
        raise InvalidInputError(f"The settings cannot be used: {wrong}.") from error
    check_address(settings.database_url, "FAIRMATCH_DATABASE_URL")
    if settings.jobs_url:
        check_address(settings.jobs_url, "FAIRMATCH_JOBS_URL")
        if settings.is_sqlite and make_url(settings.jobs_url).database == make_url(settings.database_url).database:
            raise InvalidInputError(
                "FAIRMATCH_JOBS_URL names the file of the database itself; the queue needs one of its own. "
                "Leave the setting out, or name another file."
            )
    return settings


def _name(place: tuple[int | str, ...]) -> str:
    return f"FAIRMATCH_{'_'.join(str(part) for part in place).upper()}: " if place else ""


def check_address(url: str, name: str) -> None:
    """Raise InvalidInputError unless `url`, given as `name`, is the address of a database that we run on."""
    try:
        backend = make_url(url).get_backend_name()
    except ArgumentError as error:
        raise InvalidInputError(
            f"{name} is not a database address; "
            "write sqlite:///path/to/file.db or postgresql+psycopg://user:password@host/database."
        ) from error
    if backend not in {"sqlite", "postgresql"}:
        raise InvalidInputError(f"{name} names {backend}; fairmatch runs on sqlite and postgresql.")
