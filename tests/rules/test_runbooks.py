"""Runbooks: one for each alert, and nothing in them that is not there."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
from ruamel.yaml import YAML

from streams.cli.main import COMMANDS, load
from streams.cli.rules import rules as rules_command
from tests.rules.place import ROOT, RUNBOOKS, alert_names, rules, run
from tests.rules.promql import asked, faults
from tests.rules.test_rule_files import RECORDED

BOOKS = sorted(RUNBOOKS.glob("*.md"))
BLOCK = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)


def named(path: Path) -> str:
    return path.stem


def queries(book: Path) -> list[str]:
    return [body.strip() for kind, body in BLOCK.findall(book.read_text(encoding="utf-8")) if kind == "promql"]


def commands(book: Path) -> list[str]:
    """Lines of the code blocks and pieces in backquotes that run `moments`."""
    text = book.read_text(encoding="utf-8")
    lines = [line for kind, body in BLOCK.findall(text) if kind != "promql" for line in body.splitlines()]
    inline = re.findall(r"`([^`\n]+)`", BLOCK.sub("", text))
    return [line.strip() for line in (*lines, *inline) if line.strip().startswith("moments ")]


@cache
def known() -> dict[str, Any]:
    found = {entry.name: load(entry) for entry in COMMANDS}
    return {"rules": typer.main.get_command(rules_command)} | found


def test_every_alert_has_its_runbook_and_every_runbook_its_alert() -> None:
    assert [book.stem for book in BOOKS] == alert_names()


def test_runbook_urls_lead_to_the_files() -> None:
    for rule in rules(alerts=True):
        assert (ROOT / rule["annotations"]["runbook_url"]).is_file(), rule["alert"]


@pytest.mark.parametrize("book", BOOKS, ids=named)
def test_a_runbook_says_what_it_means_and_what_to_look_at_and_do_and_when_to_escalate(book: Path) -> None:
    text = book.read_text(encoding="utf-8")
    assert text.startswith(f"# {book.stem}\n")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Look", "Do", "Escalate"]
    parts = re.split(r"^#+ .*$", text, flags=re.MULTILINE)[1:]
    assert all(len(part.split()) > 5 for part in parts)
    assert queries(book)


@pytest.mark.parametrize("book", BOOKS, ids=named)
def test_queries_of_a_runbook_ask_for_what_the_metrics_have(book: Path) -> None:
    for query in queries(book):
        assert [fault for fault in faults(query, RECORDED) if query != 'ALERTS{alertname="Watchdog"}'] == [], query
        assert list(asked(query)) or "ALERTS" in query, query


def test_queries_of_all_runbooks_are_valid(tmp_path: Path) -> None:
    rule_file = tmp_path / "queries.yml"
    found = [
        {"record": f"runbook:{book.stem}:query{number}", "expr": query}
        for book in BOOKS
        for number, query in enumerate(queries(book))
    ]
    with rule_file.open("w", encoding="utf-8") as out:
        YAML().dump({"groups": [{"name": "runbooks", "rules": found}]}, out)
    assert f"{len(found)} rules found" in run("promtool", "check", "rules", rule_file)


@pytest.mark.parametrize("book", BOOKS, ids=named)
def test_commands_of_a_runbook_exist_with_their_options(book: Path) -> None:
    for line in commands(book):
        assert missing(line) == [], line


def missing(line: str) -> list[str]:
    """Words of a command line that there are not."""
    _, name, *words = line.split()
    command = known().get(name)
    if command is None:
        return [name]
    while hasattr(command, "commands") and words and not words[0].startswith("-"):
        if words[0] not in command.commands:
            return [words[0]]
        command = command.commands[words.pop(0)]
    options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    return [word for word in words if word.startswith("--") and word not in options]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("moments dlq list orders.events.v1", []),
        ("moments dlq burn orders.events.v1", ["burn"]),
        ("moments dig", ["dig"]),
        ("moments dlq list orders.events.v1 --loudly", ["--loudly"]),
    ],
)
def test_a_command_that_is_not_there_is_seen(line: str, words: list[str]) -> None:
    assert missing(line) == words


def test_some_runbook_shows_each_command_that_operators_need() -> None:
    shown = {" ".join(line.split()[1:3]) for book in BOOKS for line in commands(book)}
    assert {"topics check", "dlq list", "dlq show", "dlq retry", "notify test", "rules write", "explain 8812"} <= shown


@pytest.mark.parametrize("book", BOOKS, ids=named)
def test_pages_of_the_console_exist(book: Path) -> None:
    pages = (ROOT / "streams" / "console" / "pages" / "__init__.py").read_text(encoding="utf-8")
    for path in re.findall(r"`(/[a-z]+)`", BLOCK.sub("", book.read_text(encoding="utf-8"))):
        assert f'"{path}"' in pages, path
