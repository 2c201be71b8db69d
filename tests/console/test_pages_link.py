"""The acknowledge link of a message: no signing in, one button, once."""

from typing import Any

from streams.clock import HOUR, MINUTE
from streams.notify.links import sign
from tests.console.page_browser import Browser, plain
from tests.console.page_world import FIRST, SECRET, START, Evening


def link(person: str = "wang.fang", alert: str = FIRST, lasts: int = HOUR, secret: str = SECRET) -> str:
    return "/a/" + sign(secret.encode(), alert, person, START + lasts)


def test_a_link_shows_the_essentials_without_signing_in_and_changes_nothing(world: Evening, app: Any) -> None:
    guest = Browser(app)
    before = world.board.version
    for _ in range(3):
        answer = guest.get(link())
    page = plain(answer.text)
    assert answer.status_code == 200
    for said in ("送达准时", "order_8812", "12:30 到期", "我来处理", "王芳"):
        assert said in page
    assert (world.sent, world.board.version) == ([], before)
    assert "order_8840" not in page


def test_a_link_acknowledges_once_in_the_name_of_who_was_told(world: Evening, app: Any) -> None:
    guest = Browser(app)
    guest.get(link())
    answer = guest.post(link(), {})
    assert answer.status_code == 200
    assert "已认领，交给您了。" in answer.text
    assert world.stage.alerts[FIRST].acknowledged_by == "wang.fang"
    assert "这个链接已经用过。" in guest.get(link()).text
    assert guest.post(link(), {}).status_code == 409
    assert len(world.sent) == 1


def test_a_link_that_expired_or_is_forged_says_so_plainly(world: Evening, app: Any) -> None:
    guest = Browser(app)
    for path, status, said in [
        (link(lasts=-HOUR), 410, "这个链接已过期。"),
        (link(secret="x" * 32), 404, "这个链接无效。"),
        ("/a/nonsense", 404, "这个链接无效。"),
        (link()[:-2], 404, "这个链接无效。"),
        (link(alert="00ff"), 200, "这条预警已不在记录中。"),
    ]:
        answer = guest.get(path)
        assert (answer.status_code, said in answer.text) == (status, True), path
        assert "order_8812" not in answer.text
        assert "<form" not in answer.text
        assert guest.post(path, {}).status_code >= 400
    assert world.sent == []


def test_a_link_to_what_is_over_has_no_button(world: Evening, app: Any) -> None:
    world.case("met", "order_8812", "delivery.on_time", MINUTE)
    page = Browser(app).get(link()).text
    assert "它已经结束，无需处理。" in page
    assert "<form" not in page


def test_a_link_without_an_answer_can_be_pressed_again(world: Evening, app: Any) -> None:
    world.silent = True
    guest = Browser(app)
    guest.get(link())
    answer = guest.post(link(), {})
    assert answer.status_code == 202
    assert "<form" in answer.text
    world.silent = False
    assert guest.post(link(), {}).status_code == 200
    assert len({command.id for command, _ in world.sent}) == 1


def test_whoever_has_it_already_has_nothing_to_press(world: Evening, app: Any) -> None:
    world.command("acknowledge", FIRST, "wang.fang")
    guest = Browser(app)
    page = guest.get(link()).text
    assert "已经在您手上了。" in page
    assert "<button" not in page
    assert "<button" in guest.get(link("chen.wei")).text  # a colleague may take over
