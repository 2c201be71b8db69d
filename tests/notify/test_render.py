"""What people read."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.notice import Notice, Reason
from schemas.transition import ChainStep, Labels, Promise, Text
from streams.notify import escape
from streams.notify.links import read, sign
from streams.notify.render import TEXT, TITLE, render
from streams.notify.when import local, span
from tests.notify.sample import CONSOLE, DUE, STORIES, make_alert, make_notice, tell
from tests.notify.sample_groups import STORIES as GROUP_STORIES
from tests.notify.sample_groups import tell_group
from tests.notify.stored import assert_stored

SECOND = 1_000_000


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("story", STORIES)
def test_each_story_reads_as_its_example(story: str, language: str) -> None:
    message = render(tell(story, language), CONSOLE)
    forms = {"title": message.title, "text": message.text, "markdown": message.markdown, "html": message.html}
    written = "".join(f"--- {name}\n{form}\n" for name, form in forms.items())
    assert_stored(f"rendered/{story}.{language}.txt", written)


def test_every_reason_has_its_story() -> None:
    told = {tell(story, "zh").reason for story in STORIES} | {tell_group(story, "zh").reason for story in GROUP_STORIES}
    assert told == set(Notice.model_fields["reason"].annotation.__args__)  # type: ignore[union-attr]


def test_the_message_carries_what_the_channels_need() -> None:
    notice = tell("worsened", "en")
    message = render(notice, CONSOLE)
    assert (message.id, message.reason, message.language, message.severity) == (notice.id, "worsened", "en", "critical")
    assert message.alert is notice.alert
    assert message.link == f"{CONSOLE}/alerts/{notice.alert.id}"
    assert message.text.endswith(message.link)
    assert message.markdown.endswith(f"]({message.link})")
    assert f'<a href="{message.link}">' in message.html


def take(alert: str, person: str) -> str:
    """The token of an acknowledging link, as the notify stage would sign it."""
    return sign(b"a secret of this installation", alert, person, 1_795_500_000 * SECOND)


@pytest.mark.parametrize("reason", ["warned", "broke", "worsened", "escalated", "again"])
def test_an_alert_that_can_be_taken_has_a_link_by_which_its_person_takes_it(reason: Reason) -> None:
    notice = make_notice(reason=reason)
    message = render(notice, CONSOLE, take)
    token = take(notice.alert.id, "wang")
    assert read(b"a secret of this installation", token, 1).person == "wang"
    assert message.acknowledge == f"{CONSOLE}/a/{token}"
    assert message.text.split("\n")[-2:] == [f"认领：{message.acknowledge}", f"查看：{message.link}"]
    assert message.markdown.endswith(f"\n[认领]({message.acknowledge}) · [查看]({message.link})")
    assert message.html.endswith(f'<p><a href="{message.acknowledge}">认领</a> · <a href="{message.link}">查看</a></p>')
    english = render(make_notice(reason=reason, language="en"), CONSOLE, take)
    assert english.text.split("\n")[-2:] == [f"I have it: {message.acknowledge}", f"Open: {message.link}"]


def test_systems_that_many_read_do_not_get_the_acknowledging_link() -> None:
    message = render(make_notice(), CONSOLE, take)
    assert message.acknowledge is not None
    assert message.acknowledge not in message.report
    assert message.report == message.text.replace(f"认领：{message.acknowledge}\n", "")
    bare = render(make_notice(), CONSOLE)
    assert bare.report == bare.text


@pytest.mark.parametrize("story", ["ended_late", "ended_closed", "retracted", "test"])
def test_what_nobody_has_to_take_has_no_such_link(story: str) -> None:
    assert render(tell(story, "zh"), CONSOLE, take).acknowledge is None


def test_several_alerts_cannot_be_taken_by_one_link() -> None:
    assert render(tell_group("grouped", "zh"), CONSOLE, take).acknowledge is None


def test_without_a_console_there_is_nothing_to_sign_for() -> None:
    assert render(make_notice(), None, take).acknowledge is None


def test_a_person_whose_name_no_token_can_hold_is_told_with_the_page_alone() -> None:
    message = render(make_notice(person="王" * 128), CONSOLE, take)
    assert message.acknowledge is None
    assert message.text.endswith(f"\n查看并认领：{message.link}")


def test_two_long_links_stay_whole_under_the_longest_text() -> None:
    long = "长" * 10_000
    alert = make_alert(case=long, sentence=Text(zh=long, en=long), playbook={"zh": [long]}, labels=Labels(store=long))
    console = "https://" + "c" * 200 + ".example"
    message = render(make_notice(alert, person="w" * 200, reason="escalated"), console, take)
    assert message.acknowledge is not None
    assert len(message.text) <= TEXT
    assert message.text.endswith(f"\n认领：{message.acknowledge}\n查看：{message.link}")


def test_without_a_console_there_is_no_link() -> None:
    message = render(make_notice(), None)
    assert message.link is None
    assert "http" not in message.text + message.markdown + message.html


def test_a_console_with_a_path_and_a_slash_is_linked_beneath_it() -> None:
    assert render(make_notice(), "http://10.0.0.1:8080/moments/").link == (
        f"http://10.0.0.1:8080/moments/alerts/{make_alert().id}"
    )


def test_a_console_that_is_no_web_address_is_not_linked() -> None:
    assert render(make_notice(), "javascript:alert(1)//").link is None


def test_times_are_local_to_the_person() -> None:
    message = render(make_notice(language="en", time_zone="Europe/London"), None)
    assert "it was due at 10:30" in message.text


def test_a_date_is_written_where_it_is_another_day_for_the_person() -> None:
    late = make_notice(language="en", time_zone="America/Los_Angeles", at=DUE + timedelta(hours=22))
    assert "22 h late; it was due at 23 Nov 02:30." in render(late, None).text
    assert "应在 11 月 23 日 18:30 前完成" in render(make_notice(at=DUE + timedelta(hours=22)), None).text
    assert "应在 2026 年 11 月 23 日 18:30 前完成" in render(make_notice(at=DUE + timedelta(days=60)), None).text


@pytest.mark.parametrize("zone", ["", "Nowhere/Else", "../../etc/passwd", "Asia", "/etc/localtime", "a\x00b", "x" * 5000])
def test_a_wrong_time_zone_costs_nobody_the_message(zone: str) -> None:
    assert "due at 10:30 UTC" in render(make_notice(language="en", time_zone=zone), None).text


@pytest.mark.parametrize("at", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)])
def test_the_ends_of_the_calendar_can_be_told(at: datetime) -> None:
    for zone in ("Asia/Shanghai", "America/Los_Angeles"):
        assert render(make_notice(make_alert(due_at=at, broken_at=None), time_zone=zone), None).text


def test_daylight_saving_time_is_that_of_the_instant() -> None:
    summer = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert local(summer, "Europe/Berlin", summer, "en") == "02:30"
    assert local(summer + timedelta(hours=1), "Europe/Berlin", summer, "en") == "02:30"
    assert local(summer + timedelta(hours=2), "Europe/Berlin", summer, "en") == "03:30"


@pytest.mark.parametrize(
    ("microseconds", "zh", "en"),
    [
        (0, "不到 1 秒", "under 1 s"),
        (SECOND - 1, "不到 1 秒", "under 1 s"),
        (59 * SECOND, "59 秒", "59 s"),
        (312 * SECOND, "5 分 12 秒", "5 min 12 s"),
        (3600 * SECOND, "1 小时", "1 h"),
        (3659 * SECOND, "1 小时", "1 h"),
        (93_784 * SECOND, "1 天 2 小时", "1 d 2 h"),
        (86_400 * SECOND + 300 * SECOND, "1 天 5 分", "1 d 5 min"),
    ],
)
def test_spans_are_as_exact_as_they_are_of_use(microseconds: int, zh: str, en: str) -> None:
    assert (span(microseconds, "zh"), span(microseconds, "en")) == (zh, en)


def test_a_missing_playbook_sentence_or_place_leaves_no_empty_line() -> None:
    bare = make_alert(labels=Labels(), sentence=None, playbook={}, due_at=None, broken_at=None, kind="at_risk")
    for language in ("zh", "en"):
        message = render(make_notice(bare, language=language), None)
        assert len(message.text.splitlines()) == 3
        for form in (message.title, message.text, message.markdown, message.html):
            assert "None" not in form
            assert "\n\n" not in form


@pytest.mark.parametrize(
    ("language", "step", "promise"),
    [
        ("zh", "步骤：第 2 步，共 5 步", "承诺：明天回电（承诺人：李娜）"),
        ("en", "Step: 2 of 5", "Promise: 明天回电 (promised by 李娜)"),
    ],
)
def test_a_step_of_a_chain_and_a_promise_are_told_as_such(language: str, step: str, promise: str) -> None:
    said = Promise(id="pr-1", person="李娜", text="明天回电")
    alert = make_alert(chain=ChainStep(name="complaint", step=2, of=5), promise=said)
    message = render(make_notice(alert, language=language), CONSOLE)
    assert {step, promise} <= set(message.text.split("\n"))
    for form in (message.markdown, message.html):
        assert "明天回电" in form
        assert "5" in form.split("明天回电")[0].rsplit("2", 1)[1]
    unsaid, plain = (
        render(make_notice(alert, language=language), CONSOLE) for alert in (make_alert(promise=Promise()), make_alert())
    )
    assert (unsaid.text, unsaid.markdown, unsaid.html) == (plain.text, plain.markdown, plain.html)


def test_a_playbook_in_the_other_language_is_better_than_none() -> None:
    alert = make_alert(playbook={"en": ["Call the store"], "zh": []})
    assert "下一步：Call the store" in render(make_notice(alert), None).text


def test_a_long_title_keeps_how_late_it_is_and_is_cut_at_the_store() -> None:
    alert = make_alert(title=Text(zh="准" * 30, en="On time " * 10), labels=Labels(store="店" * 200), severity="critical")
    for language in ("zh", "en"):
        title = render(make_notice(alert, language=language, reason="escalated"), CONSOLE).title
        assert len(title) == TITLE
        assert title.endswith("…")
        assert "5 min 12 s late" in title or "已超时 5 分 12 秒" in title


def test_the_longest_texts_stay_below_the_limit_and_keep_the_link_whole() -> None:
    long = "长" * 10_000
    alert = make_alert(
        case=long,
        title=Text(zh=long, en=long),
        labels=Labels(region=long, store=long, channel=long),
        sentence=Text(zh=long, en=long),
        playbook={"zh": [long, long]},
        comments=[{"at": DUE, "by": long, "text": long}],
        promise=Promise(id=long, person=long, text=long),
        chain=ChainStep(name=long, step=2, of=5),
    )
    for language in ("zh", "en"):
        for console in (CONSOLE, "https://" + "c" * 240 + ".example"):
            message = render(make_notice(alert, language=language, reason="again"), console)
            assert len(message.text) <= TEXT
            assert message.link is not None
            assert message.text.endswith(message.link)


def test_a_link_too_long_for_a_message_is_left_out_rather_than_cut() -> None:
    assert render(make_notice(make_alert(id="x" * 1_000)), CONSOLE).link is None


def test_an_id_within_a_word_keeps_its_underscores() -> None:
    assert "order_20261123-0417" in render(make_notice(), CONSOLE).markdown


@given(st.text(st.characters()))
def test_plain_text_is_one_line_of_utf_8_and_stays_what_it_is(text: str) -> None:
    line = escape.plain(text)
    assert len(line.splitlines()) <= 1
    assert line.encode().decode() == line
    assert not set(line) & set("<>@")
    assert escape.plain(line) == line


@given(st.text(), st.integers(1, 50))
def test_what_is_cut_fits(text: str, limit: int) -> None:
    assert len(escape.clip(text, limit)) <= limit
    assert len(escape.clip_bytes(text, limit + 3).encode()) <= limit + 3


@given(st.text(), st.sampled_from(sorted(STORIES)), st.sampled_from(["zh", "en"]))
def test_no_text_of_an_event_stops_a_message(text: str, story: str, language: str) -> None:
    known = tell(story, language)
    alert = known.alert.model_copy(
        update={"case": text, "id": text, "title": Text(zh=text, en=text), "labels": Labels(store=text, region=text)}
    )
    message = render(known.model_copy(update={"alert": alert}), CONSOLE)
    assert len(message.title) <= TITLE
    assert len(message.title.splitlines()) == 1
    assert len(message.text) <= TEXT
