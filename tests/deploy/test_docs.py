"""The pages on deployment and sizing say what the code and the benchmarks say, and name only what there is."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.files import BESIDE, DEPLOY, ROOT, variables

PAGES = ("deployment.md", "sizing.md")
TESTS = {"MOMENTS_TEST_IMAGE", "MOMENTS_TEST_HELM"}
"""Variables of the tests."""


def test_the_tables_are_those_that_follow_from_the_code_and_the_benchmarks(tmp_path: Path) -> None:
    for part in ("deploy", "docs"):
        (tmp_path / part).mkdir()
    for file in (*DEPLOY.glob("*.py"), *(ROOT / "docs").glob("*.md")):
        (tmp_path / file.relative_to(ROOT)).write_bytes(file.read_bytes())
    subprocess.run([sys.executable, str(tmp_path / "deploy" / "tables.py")], check=True, cwd=ROOT)
    for page in PAGES:
        written = (tmp_path / "docs" / page).read_text(encoding="utf-8")
        assert (ROOT / "docs" / page).read_text(encoding="utf-8") == written, "python deploy/tables.py writes them"


@pytest.mark.parametrize("page", PAGES)
def test_every_file_and_variable_that_is_named_is_there(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert (ROOT / "docs" / link).exists(), link
    for path in re.findall(r"(?<![\w./-])deploy/[\w./-]+", text):
        if not path.startswith("deploy/secrets/"):
            assert (ROOT / path.rstrip("./")).exists(), path
    assert set(re.findall(r"MOMENTS_[A-Z0-9_]+", text)) - TESTS <= {*variables(), *BESIDE}
