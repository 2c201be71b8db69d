"""The reader of PromQL's names."""

import pytest

from tests.grafana.names import names


@pytest.mark.parametrize(
    ("expression", "matched", "listed"),
    [
        ("up", {"up": set()}, set()),
        ('up{job="a"} == 0', {"up": {"job"}}, set()),
        ('sum by (region) (a_total{x=~"b{c}",y!="d"})', {"a_total": {"x", "y"}}, {"region"}),
        ("sum(rate(a_total[5m] offset 7d)) without (le)", {"a_total": set()}, {"le"}),
        ("a * on (m) group_left (title) b", {"a": set(), "b": set()}, {"m", "title"}),
        ("a @ 1700000000 offset 7d unless on () vector(-1)", {"a": set()}, set()),
        ("topk by (m) (1, max by (m, t) (info{t!=''}))", {"info": {"t"}}, {"m", "t"}),
        ("count(a > bool 1e3) or time() - 5", {"a": set()}, set()),
        ("a{} + b", {"a": set(), "b": set()}, set()),
    ],
)
def test_metrics_labels_and_groupings_are_told_apart(
    expression: str, matched: dict[str, set[str]], listed: set[str]
) -> None:
    found = names(expression)
    assert found.matched == matched
    assert found.listed == listed


def test_a_label_that_is_made_is_known_as_made() -> None:
    assert names('label_replace(sum by (m) (a), "title", "$1", "m", "(.*)")').made == {"title"}


def test_what_is_no_token_is_refused() -> None:
    with pytest.raises(ValueError, match="no token"):
        names("sum($broken)")
