"""`moments validate`, as the pipelines of upstream teams use it, and the command line around it."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from streams.cli.main import COMMANDS
from tests.contract.command_line import CommandLine
from tests.contract.records import order, structured

GOOD = structured(order()).value or b""
NAMELESS = structured(order(tenant=None)).value or b""
BROKEN = b"{"


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Five lines: good, blank, without a tenant, good, no JSON."""
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"\n".join((GOOD, b"", NAMELESS, GOOD, BROKEN)))
    return path


def test_valid_files_pass_in_silence_but_for_the_summary(moments: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "good.jsonl"
    path.write_bytes(GOOD + b"\n" + GOOD + b"\n")
    assert moments("validate", path) == (0, "", "2 events, 0 refused\n")


def test_each_refused_line_is_named_with_file_line_reason_field_and_remedy(moments: CommandLine, mixed: Path) -> None:
    status, out, err = moments("validate", mixed)
    assert status == 1
    first, second = out.splitlines()
    assert first == f"{mixed}:3: missing_field: tenant: Send tenant: an event of this type needs it."
    assert second.startswith(f"{mixed}:5: not_json: event: Send UTF-8 JSON: ")
    assert err == "4 events, 2 refused\n"


def test_for_machines_each_refusal_is_a_json_object(moments: CommandLine, mixed: Path) -> None:
    out = moments("validate", "--json", mixed).out
    first = json.loads(out.splitlines()[0])
    assert first == {
        "file": str(mixed),
        "line": 3,
        "reason": "missing_field",
        "field": "tenant",
        "message": "Send tenant: an event of this type needs it.",
    }


def test_compressed_files_and_standard_input_are_read_like_any_other(moments: CommandLine, tmp_path: Path) -> None:
    packed = tmp_path / "events.jsonl.gz"
    packed.write_bytes(gzip.compress(GOOD + b"\n" + BROKEN))
    status, out, err = moments("validate", packed, "-", stdin=NAMELESS + b"\r\n" + GOOD)
    assert status == 1
    assert [line.split(": ")[0] for line in out.splitlines()] == [f"{packed}:2", "-:1"]
    assert err == "4 events, 2 refused\n"


def test_a_json_file_holds_one_event_however_it_is_laid_out(moments: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    path.write_text(json.dumps(order(data={"basket": []}), indent=4))
    assert moments("validate", path) == (0, "", "1 events, 0 refused, 1 unknown data fields ignored\n")


def test_more_lines_than_are_read_at_a_time_keep_their_numbers(moments: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    path.write_bytes(b"\n".join([GOOD] * 2500 + [BROKEN]))
    status, out, err = moments("validate", path)
    assert (status, out.split(": ")[0], err) == (1, f"{path}:2501", "2501 events, 1 refused\n")


def test_the_largest_event_can_be_set(moments: CommandLine, mixed: Path) -> None:
    out = moments("validate", "--max-bytes", 50, mixed).out
    assert [line.split(": ")[1] for line in out.splitlines()] == ["oversize", "oversize", "oversize", "not_json"]


@pytest.mark.parametrize("spoil", ["absent", "a directory", "no gzip", "cut gzip", "damaged gzip"])
def test_a_file_that_cannot_be_read_is_one_line_and_status_2(moments: CommandLine, tmp_path: Path, spoil: str) -> None:
    path = tmp_path / "events.jsonl.gz"
    packed = gzip.compress(GOOD * 50)
    if spoil == "a directory":
        path.mkdir()
    elif spoil != "absent":
        damaged = packed[:30] + b"\x00\xff\x00\xff" + packed[34:]
        path.write_bytes({"no gzip": GOOD, "cut gzip": packed[:-9], "damaged gzip": damaged}[spoil])
    status, _, err = moments("validate", path)
    assert status == 2
    assert err.startswith(f"moments: {path}: cannot be read: ")
    assert err.count("\n") == 1


def test_the_examples_of_the_contract_pass(moments: CommandLine) -> None:
    import schemas

    valid = sorted((Path(schemas.__file__).parent / "examples/valid").glob("*.json"))
    assert moments("validate", *valid).status == 0


def test_schemas_check_names_the_files_that_drifted(moments: CommandLine, tmp_path: Path) -> None:
    assert moments("schemas", "write", "--directory", tmp_path).status == 0
    assert moments("schemas", "check", "--directory", tmp_path) == (0, "", "")
    (tmp_path / "order.placed.schema.json").write_text("{}")
    (tmp_path / "order.gone.schema.json").write_text("{}")
    status, out, _ = moments("schemas", "check", "--directory", tmp_path)
    assert status == 1
    assert [line.split(":")[0] for line in out.splitlines()] == [
        str(tmp_path / "order.gone.schema.json"),
        str(tmp_path / "order.placed.schema.json"),
    ]
    assert moments("schemas", "write", "--directory", tmp_path).status == 0
    assert moments("schemas", "check", "--directory", tmp_path).status == 0


def test_help_lists_every_command_without_importing_any() -> None:
    code = (
        "import sys; from streams.cli.main import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(*(name for name in sys.modules if name.startswith(('pydantic', 'kafka', 'faust', 'msgspec', 'schemas'))))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert all(f" {entry.name} " in shown for entry in COMMANDS)
    assert shown.splitlines()[-1] == ""


def test_the_version_is_that_of_the_installed_package(moments: CommandLine) -> None:
    assert moments("--version").out.startswith("moments 0.")


def test_a_misspelt_command_is_answered_with_the_right_one(moments: CommandLine) -> None:
    status, _, err = moments("validat")
    assert status == 2
    assert "validate" in err


@pytest.mark.parametrize("name", [entry.name for entry in COMMANDS])
def test_every_command_of_the_table_can_be_asked_for_help(moments: CommandLine, name: str) -> None:
    status, out, _ = moments(name, "--help")
    assert status == 0
    assert f"moments {name}" in out
