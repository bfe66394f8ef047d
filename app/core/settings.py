"""Settings: environment variables that begin with FAIRMATCH_, checked once at the start."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from app.core.errors import InvalidInputError


class Settings(BaseSettings):
    """All that can be set from outside; every field has a default that works on a laptop."""

    model_config = SettingsConfigDict(env_prefix="FAIRMATCH_", extra="ignore", frozen=True)

    database_url: str = Field("sqlite:///var/fairmatch.db", description="SQLite or PostgreSQL (postgresql+psycopg://…)")
    jobs_url: str | None = Field(
        None, description="where the job queue keeps its state; beside the database by default"
    )
    out: Path = Field(Path("var/out"), description="folder that exports are written to")
    font: Path | None = Field(None, description="font for PDFs; any installed CJK font, else the bundled one")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("WARNING", description="what the log shows")
    max_body_mb: int = Field(10, ge=1, le=1024, description="largest request body, in megabytes")
    workers_in_process: bool = Field(True, description="whether `serve` also runs match runs and schedule builds")

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
        wrong = "; ".join(f"FAIRMATCH_{'_'.join(str(x) for x in e['loc']).upper()}: {e['msg']}" for e in error.errors())
        raise InvalidInputError(f"The settings cannot be used: {wrong}.") from error
    check_address(settings.database_url, "FAIRMATCH_DATABASE_URL")
    return settings


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
