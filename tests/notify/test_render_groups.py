"""What people read where several alerts are told as one."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.group import StoreCount, Usual
from schemas.transition import Text
from streams.notify.base import SEVERAL, Message
from streams.notify.render import TEXT, TITLE, render
from tests.notify.hostile import HOSTILE
from tests.notify.sample import CONSOLE, make_alert, make_notice
from tests.notify.sample_groups import STORIES, make_group, make_member, minutes, tell_group
from tests.notify.stored import assert_stored
from tests.notify.test_render_hostile import (
    assert_no_robot_markup,
    assert_one_line_of_text,
    html_skeleton,
    markdown_skeleton,
    shapes,
)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("story", STORIES)
def test_each_story_reads_as_its_example(story: str, language: str) -> None:
    message = render(tell_group(story, language), CONSOLE)
    forms = {"title": message.title, "text": message.text, "markdown": message.markdown, "html": message.html}
    written = "".join(f"--- {name}\n{form}\n" for name, form in forms.items())
    assert_stored(f"rendered/{story}.{language}.txt", written)
    assert "\n\n" not in message.text + message.markdown + message.html


def told(**group: Any) -> Message:
    return render(make_notice(group=make_group(**group), reason="grouped", language="en"), CONSOLE)


def test_the_message_is_about_the_group_and_carries_its_severity() -> None:
    group = make_group(severity="critical")
    message = render(make_notice(make_alert(severity="low"), group=group, reason="grouped"), CONSOLE)
    assert (message.key, message.severity, message.group) == (group.id, "critical", group)
    assert render(make_notice(), CONSOLE).key == make_alert().id


@pytest.mark.parametrize(
    ("changed", "page"),
    [
        ({"kind": "incident"}, "incidents/8d1e0c7f35a94b62a7c4e9f01b2d3a56"),
        ({"kind": "incident", "id": "a/b?c#d"}, "incidents/a%2Fb%3Fc%23d"),
        ({}, "now?region=%E5%8D%8E%E4%B8%9C&moment=delivery.on_time"),
        ({"region": "a&b=c/d e", "moment": None}, "now?region=a%26b%3Dc%2Fd%20e"),
        ({"region": None}, "now?moment=delivery.on_time"),
        ({"kind": "digest", "region": None, "moment": None}, "now"),
    ],
)
def test_the_link_leads_to_the_incident_or_to_what_is_open_there(changed: dict[str, Any], page: str) -> None:
    message = told(**changed)
    assert message.link == f"{CONSOLE}/{page}"
    assert message.text.endswith(f"\nOpen: {message.link}")
    assert message.markdown.endswith(f"\n[Open]({message.link})")
    assert f'<a href="{message.link.replace("&", "&amp;")}">' in message.html


def test_a_region_too_long_for_a_link_is_told_without_one() -> None:
    assert told(region="区" * 200).link is None


def test_ten_stores_are_listed_and_the_rest_is_counted() -> None:
    stores = [StoreCount(store=f"s{number}", open=3) for number in range(20)]
    lines = told(stores=stores, stores_left_out=7, open=81, members=[]).text.split("\n")
    assert [line for line in lines if line.startswith("· ")] == [
        *(f"· s{number}: 3 cases" for number in range(10)),
        "· and 17 more stores, with 51 cases",
    ]


def test_the_worst_wait_is_told_as_a_least_one_where_not_every_case_is_known() -> None:
    members = [make_member(1, "s1", minutes(3)), make_member(2, "s1", minutes(8))]
    all_known = told(stores=[StoreCount(store="s1", open=2)], open=2, members=members)
    assert "s1: 2 cases, the worst 8 min late" in all_known.text
    some = told(stores=[StoreCount(store="s1", open=3)], open=3, members=members, members_left_out=1)
    assert "s1: 3 cases, the worst at least 8 min late" in some.text


def test_what_is_over_says_nothing_of_how_long_a_store_waits() -> None:
    members = [make_member(1, "s1", minutes(8), state="resolved"), make_member(2, "s1", minutes(-3))]
    message = told(stores=[StoreCount(store="s1", open=1)], open=1, members=members)
    assert "s1: 1 case, 3 min left" in message.text


def test_times_are_local_to_the_person() -> None:
    notice = tell_group("incident", "en").model_copy(update={"time_zone": "Europe/London"})
    assert "Since 10:30 37 cases have run late" in render(notice, None).text


@pytest.mark.parametrize(
    ("usual", "words"),
    [(0.0, "average 0 in"), (0.01, "average under 0.1 in"), (0.1, "average 0.1 in"), (3.0, "average 3 in")],
)
def test_what_is_usual_is_as_exact_as_it_is_of_use(usual: float, words: str) -> None:
    learnt = Usual(span_seconds=600, usual=usual, threshold=5, counted=6)
    notice = make_notice(group=make_group(kind="incident", usual=learnt), reason="incident", language="en")
    assert words in render(notice, None).text


def test_what_nobody_has_learnt_is_not_said() -> None:
    for usual in (None, Usual(span_seconds=600, usual=float("inf"), threshold=5, counted=6)):
        notice = make_notice(group=make_group(kind="incident", usual=usual), reason="incident", language="en")
        assert "Why" not in render(notice, None).text


LONG = "长" * 10_000


def longest() -> dict[str, Any]:
    """A group in which every text and every list is as long as it can be."""
    both = Text(zh=LONG, en=LONG)
    members = [make_member(number, LONG, timedelta(days=99 - number), case=LONG, title=both) for number in range(18)]
    gone = [make_member(number, LONG, minutes(1), case=LONG, state="retracted") for number in range(2)]
    return {
        "title": both,
        "region": LONG,
        "moment": LONG,
        "shared": "fleet",
        "value": LONG,
        "usual": Usual(span_seconds=90_061, usual=12_345.6, threshold=99_999, counted=123_456),
        "open": 1_234_567,
        "stores": [StoreCount(store=LONG, open=1_234) for _ in range(20)],
        "stores_left_out": 99_999,
        "members": [*gone, *members],
        "members_left_out": 99_999,
        "severity": "critical",
    }


@pytest.mark.parametrize("reason", sorted(SEVERAL))
def test_the_longest_texts_stay_below_the_limit_and_keep_the_link_whole(reason: str) -> None:
    for language in ("zh", "en"):
        notice = make_notice(group=make_group(**(longest() | {"kind": "incident"})), reason=reason, language=language)
        for console in (CONSOLE, "https://" + "c" * 240 + ".example"):
            message = render(notice, console)
            assert len(message.title) <= TITLE
            assert len(message.text) <= TEXT
            assert message.link is not None
            assert message.text.endswith(message.link)
        if reason not in ("group_over", "incident_over"):  # nothing is cut off behind the lists
            assert ("100007" if reason == "digest" else "100009") in render(notice, CONSOLE).text


# --- hostile ----------------------------------------------------------------------------------------------------------


def filled(value: str, reason: str, language: str, kind: str) -> Message:
    """A message with `value` wherever somebody else's text can be."""
    both = Text(zh=value, en=value)
    states: tuple[Any, ...] = ("firing", "firing", "acknowledged", "resolved", "retracted")
    group = make_group(
        id=value if kind == "incident" else "8d1e",
        kind=kind,
        region=value,
        moment=value,
        title=both,
        shared="fleet",
        value=value,
        usual=Usual(span_seconds=600, usual=1.5, threshold=5, counted=6),
        stores=[StoreCount(store=value, open=2), StoreCount(store="s2", open=1)],
        members=[
            make_member(number, value, minutes(number), case=value, moment=value, title=both, alert=value, state=state)
            for number, state in enumerate(states)
        ],
    )
    alert = make_alert(id=value, case=value, title=both)
    notice = make_notice(alert, group=group, id=value, name=value, person=value, reason=reason, language=language)
    return render(notice, CONSOLE)


@pytest.mark.parametrize(
    ("reason", "kind", "language"),
    [
        ("grouped", "group", "zh"),
        ("grouped", "group", "en"),
        ("group_over", "group", "zh"),
        ("incident", "incident", "zh"),
        ("incident_over", "incident", "en"),
        ("digest", "digest", "en"),
    ],
)
def test_nothing_hostile_is_markup_in_any_form(reason: str, kind: str, language: str) -> None:
    harmless = filled("Lotte", reason, language, kind)
    for value in HOSTILE:
        for shape in shapes(value)[::2]:
            message = filled(shape, reason, language, kind)
            where = f"{value[:60]!r}"
            assert_one_line_of_text(message.title, where)
            assert len(message.title) <= TITLE
            assert len(message.text) <= TEXT

            lines = message.text.split("\n")[: -1 if message.link else None]
            assert len(lines) == harmless.text.count("\n"), where
            for line in lines:
                assert_one_line_of_text(line, where)
            body = message.markdown.rpartition("\n")[0] if message.link else message.markdown
            assert_no_robot_markup(body, where)
            if message.link:  # an id of a megabyte is not linked
                assert html_skeleton(message.html) == html_skeleton(harmless.html), where
                assert markdown_skeleton(message.markdown) == markdown_skeleton(harmless.markdown), where
                assert message.link.startswith(f"{CONSOLE}/{'incidents/' if kind == 'incident' else 'now'}"), where
                assert message.link.removeprefix(CONSOLE).replace("%", "").isascii(), where
                assert not set(message.link.removeprefix(CONSOLE)) & set("<>\"' ()[]{}\\\n"), where


def test_an_expression_is_shown_and_not_evaluated() -> None:
    message = filled("{{ 7*7 }}", "digest", "zh", "digest")
    assert "· {{ 7*7 }} · {{ 7*7 }} · {{ 7*7 }}：已超时" in message.text
    assert "49" not in message.text + message.markdown + message.html
