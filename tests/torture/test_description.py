"""The description of the interface taken at its word: what it allows is answered as it says, the rest refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.db.engine import Database
from tests.api.conftest import Fair
from tests.torture.conftest import kind_of, server
from tests.torture.counts import FULL, often, tell

_CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,negative_data_rejection,missing_required_header,unsupported_method,allow_header_conformance,"
    "use_after_free,ignored_auth"
)
_PHASES = "examples,coverage,fuzzing,stateful" if FULL else "examples,fuzzing"


_ROLES = {"organiser": "an organiser", "s1": "an enterprise", "b1": "a buyer"}


@pytest.mark.parametrize("who", _ROLES if FULL else ["organiser"])
def test_no_call_that_can_be_made_up_is_answered_otherwise_than_described(
    database: Database, database_url: str, fair: Fair, who: str, tmp_path: Path
) -> None:
    with server(database_url, FAIRMATCH_RATE_PER_MINUTE="0") as served:
        served.start()
        ran = subprocess.run(
            [
                sys.executable, "-m", "schemathesis.cli", "run", f"{served.address}/api/v1/openapi.json",
                "-H", f"Authorization: Bearer {fair.keys[who]}", "--phases", _PHASES, "--checks", _CHECKS,
                "--max-examples", str(often(1, 50)), "--seed", "1", "--no-color", "--generation-database", "none",
                "--continue-on-failure", "--exclude-path-regex", "/progress$", "--warnings", "off",
                "--suppress-health-check", "all",
                "--request-timeout", "60",  # the first page on paper reads its typefaces, on a machine others use too
            ],
            cwd=tmp_path, capture_output=True, text=True, timeout=often(300, 7200), check=False,
        )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
    cases = next((line.strip() for line in ran.stdout.splitlines() if "generated" in line), "")
    tell(
        f"the description taken at its word, as {_ROLES[who]}",
        kind_of(database_url),
        cases,
        "0 server errors, 0 violations",
    )
