"""What lint doubts of policies."""

from pathlib import Path

import pytest

from streams.catalogue.lint import lint
from tests.support.policy_shop import SHOP

DOUBTFUL = [
    (
        "[{store: s11, moments: {ticket.reply: {off: true}}}]",
        ["21:20: warning: there is no store 's11'; did you mean 's1'?"],
    ),
    (
        "[{brand: frsh, moments: {ticket.reply: {off: true}}}]",
        ["21:20: warning: no store is of the brand 'frsh'; did you mean 'fresh'?"],
    ),
    (
        "[{region: eas, moments: {ticket.reply: {off: true}}}]",
        ["21:21: warning: no store is in the region 'eas'; did you mean 'east'?"],
    ),
    (
        "[{store: s1, brand: old, moments: {ticket.reply: {off: true}}}]",
        ["21:31: warning: store 's1' is of the brand 'fresh', so this never holds; leave brand out"],
    ),
    ("[{region: north, moments: {ticket.reply: {off: true}}}]", []),
    ("[{store: s1}]", ["21:12: warning: this policy says nothing; write moments: or calendars:"]),
    (
        "[{store: s1, moments: {ticket.reply: {}}}]",
        ["21:48: warning: nothing is said of 'ticket.reply'; write one of calendar, deadline, off, severity"],
    ),
    (
        "[{store: s1, moments: {ticket.reply: {deadline: {after: 10m}, severity: medium, off: false, calendar: desk}}}]",
        [
            f"21:{column}: warning: this changes nothing: it is so without the policy for store s1; leave it out"
            for column in (59, 83, 96, 113)
        ],
    ),
    (
        "[{brand: fresh, moments: {ticket.reply: {off: true}}}, {store: s1, moments: {ticket.reply: {off: false}}}]",
        [],
    ),
    (
        "[{brand: old, moments: {ticket.reply: {off: true}}}, {store: s1, moments: {ticket.reply: {off: false}}}]",
        ["21:106: warning: this changes nothing: it is so without the policy for store s1; leave it out"],
    ),
    (
        "[{store: s1, moments: {ticket.reply: {deadline: 4m}}}]",
        [
            "21:59: warning: the moment warns 5m ahead, and this deadline is only 4m long; write a longer one, or let "
            "the moment warn at a share such as 80%"
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("policies", "says"), DOUBTFUL, ids=[policies for policies, _ in DOUBTFUL])
def test_lint_doubts_a_policy_that_holds_nowhere_or_changes_nothing(
    policies: str, says: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "f.yaml"
    playbook = "playbook: {zh: [看], en: [Look]}"
    path.write_text(
        f"{SHOP.rstrip()}\n    warnings: [5m]\npolicies: {policies}\n".replace("stage:", f"{playbook}\n    stage:"),
        encoding="utf-8",
    )
    lines = [finding.line().removeprefix(f"{path}:") for finding in lint([str(path)], 0)]
    assert lines == [move(line) for line in says]


def move(line: str) -> str:
    """Two lines stand in this file before the policies that do not in the others."""
    number, rest = line.split(":", 1)
    return f"{int(number) + 2}:{rest}"
