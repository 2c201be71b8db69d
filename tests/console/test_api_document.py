"""The OpenAPI document: it is one, it is whole, and it says what the routes do."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from jsonschema import Draft202012Validator

from streams.console.api import openapi
from streams.console.api.fields import INSTANT, LINE, TEXT
from streams.console.api.operation import Operation
from streams.console.api.table import OPERATIONS, ROOT
from tests.console.api_world import TOKENS, TestClient, World

DOCUMENT = openapi()
STATED: dict[tuple[str, str], Operation] = {(row.method, row.path): row for row in OPERATIONS}


def told() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def inside(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in it, itself included."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from inside(part)


def test_it_is_an_openapi_document() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    schemathesis.openapi.from_dict(DOCUMENT).validate()  # against the meta-schema of OpenAPI 3.1, which it carries


def test_what_is_no_openapi_document_would_be_noticed() -> None:
    wrong = json.loads(json.dumps(DOCUMENT))
    wrong["paths"][f"{ROOT}/now"]["get"]["parameters"][0]["in"] = "body"
    with pytest.raises(Exception, match="body"):
        schemathesis.openapi.from_dict(wrong).validate()


def test_every_schema_is_one_and_every_pattern_too() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        assert name in schema.get("title", name)
    for found in inside(DOCUMENT):
        if isinstance(found.get("pattern"), str):
            re.compile(found["pattern"])


def test_every_reference_leads_somewhere_and_every_component_is_used() -> None:
    named = {found["$ref"] for found in inside(DOCUMENT) if isinstance(found.get("$ref"), str)}
    there = {f"#/components/{kind}/{name}" for kind in ("schemas", "responses") for name in DOCUMENT["components"][kind]}
    assert named == there


def test_it_is_the_same_each_time_and_needs_no_console() -> None:
    script = "import json; from streams.console.api import openapi; print(json.dumps(openapi()))"
    first, second = (
        subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    )
    assert first == second
    assert json.loads(first) == DOCUMENT


def test_it_is_served_to_everybody_and_says_so_of_itself_alone(tmp_path: Path) -> None:
    client = TestClient(World().guarded(tmp_path))
    response = client.get(f"{ROOT}/openapi.json")
    assert (response.status_code, response.json()) == (200, DOCUMENT)
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert "set-cookie" not in response.headers
    assert [path for _, path, operation in told() if operation.get("security") == []] == [f"{ROOT}/openapi.json"]
    # but what is no sign-in is none here either, and it can only be read
    assert client.get(f"{ROOT}/openapi.json", headers={"Authorization": "Bearer nobody"}).status_code == 401
    assert client.post(f"{ROOT}/openapi.json", json={}).status_code == 403
    admin = {"Authorization": f"Bearer {TOKENS['admin']}"}
    assert client.post(f"{ROOT}/openapi.json", json={}, headers=admin).status_code == 405


def test_it_has_every_operation_of_the_table_under_a_name_of_its_own() -> None:
    assert {(method, path) for method, path, _ in told()} == STATED.keys() | {("GET", f"{ROOT}/openapi.json")}
    names = [operation["operationId"] for _, _, operation in told()]
    assert len(set(names)) == len(names)
    assert all(operation["summary"] for _, _, operation in told())


def test_it_says_what_role_each_operation_takes_and_how_it_can_fail() -> None:
    for method, path, operation in told():
        row = STATED.get((method, path))
        if row is None:
            continue
        assert operation["x-role"] == row.role
        responses = operation["responses"].keys()
        assert responses >= {"200", "400", "401", "403", "404", "422", "429", "500"}
        assert ("304" in responses) == row.steady
        assert ("409" in responses) == row.conflict
        assert ("202" in responses) == row.unanswered
        assert ("503" in responses) == row.waits
        assert ({"408", "413", "415"} <= responses) == (method == "POST") == ("requestBody" in operation)
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                whole = DOCUMENT["components"]["responses"].get(response.get("$ref", "").rpartition("/")[2], response)
                assert list(whole["content"]) == ["application/problem+json"]


def test_every_parameter_of_a_path_is_declared() -> None:
    for _, path, operation in told():
        declared = [one["name"] for one in operation.get("parameters", []) if one["in"] == "path"]
        assert declared == re.findall(r"\{(\w+)\}", path)
        assert all(one["required"] for one in operation.get("parameters", []) if one["in"] == "path")


def test_no_parameter_of_a_query_is_null() -> None:
    for _, _, operation in told():
        for parameter in operation.get("parameters", []):
            assert parameter["schema"]["type"] in {"string", "integer", "boolean"}


def test_what_is_not_named_is_refused_in_every_body() -> None:
    for _, _, operation in told():
        if "requestBody" in operation:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            assert DOCUMENT["components"]["schemas"][schema]["additionalProperties"] is False


@pytest.mark.parametrize(
    ("pattern", "fits", "does_not"),
    [
        (LINE, ["a", " a ", "店 7", "👩‍🚒", "a b", "é", "اسم"], ["", " ", "\u3000", "a\nb", "a\tb", "a\x85", "\u202ea"]),
        (TEXT, ["a", "a\nb\tc", "\n a \n", "👍🏽"], ["", "\n", " \t\n", "a\rb", "a\x00", "a\u2028b", "\ufeffa"]),
        (
            INSTANT,
            ["2026-11-02T08:00:00Z", "2026-11-02T08:00:00.123456789+08:00", "1970-01-01T00:00:00-11:30"],
            ["2026-11-02T08:00:00", "2026-11-02t08:00:00z", "2026-13-02T08:00:00Z", "1969-12-31T23:59:59Z", "now"],
        ),
    ],
)
def test_the_patterns_of_texts_mean_the_same_to_other_readers(pattern: str, fits: list[str], does_not: list[str]) -> None:
    # those who read the document have other engines; what pydantic makes of the patterns, the bad calls show
    assert all(re.search(pattern, text) for text in fits)
    assert not any(re.search(pattern, text) for text in does_not)
