"""Signing in with a password, what a session is good for, and how it ends."""

import asyncio
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from streams.clock import HOUR, MINUTE, SECOND
from streams.console.access.passwords import hash_password
from tests.console.access_world import BOB, BOSS, HASHER, HASHES, LINA, World, world


@pytest.fixture
def console(tmp_path: Path) -> World:
    return world(tmp_path)


async def test_a_user_signs_in_is_known_and_signs_out(console: World) -> None:
    browser = console.browser()
    assert (await browser.get("/")).status == 303
    answer = await browser.sign_in("li.na", LINA, next="/alerts?mine=1")
    assert (answer.status, answer.header("location")) == (303, "/alerts?mine=1")
    assert (await browser.get("/")).json == {"id": "li.na", "role": "responder", "tenants": ["acme"], "machine": False}
    assert (await browser.post("/sign-out", {"csrf": await browser.token()})).header("location") == "/sign-in"
    assert not browser.jar
    assert (await browser.get("/")).status == 303


async def test_an_admin_of_all_tenants_has_no_bounds(console: World) -> None:
    browser = await console.signed_in("王老板", BOSS)
    assert (await browser.get("/")).json["tenants"] is None
    assert (await browser.post("/rule", {"csrf": await browser.token()})).status == 200


async def test_letters_written_in_another_way_are_the_same_letters(console: World, tmp_path: Path) -> None:
    console.rewrite("id: bob", "id: josé")
    console.rewrite(HASHES[BOB], hash_password("crème brûlée", console.access.passwords._hasher))
    browser = await console.signed_in("jose\u0301", "cre\u0300me bru\u0302le\u0301e")
    assert (await browser.get("/")).json["id"] == "josé"


async def test_who_is_signed_in_goes_past_the_sign_in_page(console: World) -> None:
    browser = await console.signed_in()
    assert (await browser.get("/sign-in?next=/rota")).header("location") == "/rota"


async def test_each_sign_in_is_a_new_session_and_ends_the_one_before(console: World) -> None:
    browser = await console.signed_in()
    first = dict(browser.jar)
    await browser.post("/sign-in", {"user": "bob", "password": BOB, "csrf": await browser.token()})
    assert browser.jar != first
    assert (await browser.get("/")).json["id"] == "bob"
    browser.jar = first
    assert (await browser.get("/")).status == 303


async def test_a_copy_of_the_cookie_is_worth_nothing_after_sign_out(console: World) -> None:
    browser = await console.signed_in()
    thief = console.browser()
    thief.jar = dict(browser.jar)
    assert (await thief.get("/")).status == 200
    await browser.post("/sign-out", {"csrf": await browser.token()})
    assert (await thief.get("/")).status == 303
    assert not thief.jar  # and the browser is told to forget it


async def test_a_session_ends_when_its_time_is_up_however_busy_it_was(console: World) -> None:
    browser = await console.signed_in()
    for _ in range(11):
        console.time.at += HOUR
        assert (await browser.get("/")).status == 200
    console.time.at += HOUR - 1
    assert (await browser.get("/")).status == 200
    console.time.at += 1
    assert (await browser.get("/")).status == 303


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  - id: li.na", "  - id: li.na\n    disabled: true"),
        ("  - id: li.na", "  - id: li.nah"),
        (HASHES[LINA], HASHES[BOB]),
    ],
    ids=["disabled", "removed", "new password"],
)
async def test_a_session_ends_at_once_with_its_user(console: World, before: str, after: str) -> None:
    browser = await console.signed_in()
    other = await console.signed_in("bob", BOB)
    console.rewrite(before, after)
    assert (await browser.get("/")).status == 303
    assert (await other.get("/")).status == 200


async def test_a_new_role_counts_in_the_session_that_is_there(console: World) -> None:
    browser = await console.signed_in()
    console.rewrite("role: responder\n    tenants: [acme]", "role: viewer\n    tenants: [other]")
    assert (await browser.get("/")).json == {"id": "li.na", "role": "viewer", "tenants": ["other"], "machine": False}
    assert (await browser.post("/act", {"csrf": await browser.token()})).status == 403


async def test_a_disabled_user_does_not_get_in_with_the_right_password(console: World) -> None:
    console.rewrite("  - id: li.na", "  - id: li.na\n    disabled: true")
    assert (await console.browser().sign_in("li.na", LINA)).status == 401


async def test_a_file_with_a_fault_locks_nobody_out_and_a_file_that_is_gone_everybody(console: World) -> None:
    browser = await console.signed_in()
    console.rewrite("users:", "users: [")
    assert (await browser.get("/")).status == 200
    console.file.unlink()
    assert (await browser.get("/")).status == 303
    assert (await browser.sign_in("li.na", LINA)).status == 401


async def test_wrong_user_and_wrong_password_look_the_same(console: World) -> None:
    answers = [
        await console.browser(address).sign_in(*pair)
        for address, pair in {
            "192.0.2.1": ("li.na", "wrong"),
            "192.0.2.2": ("nobody", LINA),
            "192.0.2.3": ("", ""),
            "192.0.2.4": ("li.na", ""),
            "192.0.2.5": ("LI.NA", LINA),
            "192.0.2.6": ("li.na\0", LINA),
            "192.0.2.8": ("li.na", LINA + "\0"),
            "192.0.2.9": ("li.na' OR '1'='1", LINA),
            "192.0.2.10": ("l\u0456.na", LINA),
            "192.0.2.11": ("li.na\u202e", LINA),
            "192.0.2.12": ("x" * 30_000, LINA),
            "192.0.2.13": ("li.na", LINA + "x" * 30_000),
            "192.0.2.14": ("li.na", "x" * 1025),
            "192.0.2.15": ("__proto__", "{}"),
            "192.0.2.16": ("../../etc/passwd", LINA),
            "192.0.2.17": ("token:till", "mmt_" + "t" * 43),
            "192.0.2.18": ("demo", "demo"),
        }.items()
    ]
    assert {answer.status for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert all(not any("moments_session" in cookie for cookie in answer.cookies) for answer in answers)


async def test_a_password_of_the_longest_length_works_and_a_longer_one_is_not_cut_to_it(console: World) -> None:
    longest = "密" * 341 + "x"  # 1024 bytes
    console.rewrite(HASHES[BOB], hash_password("x" * 1024, HASHER))
    assert (await console.browser().sign_in("bob", "x" * 1025)).status == 401
    await console.signed_in("bob", "x" * 1024)
    console.rewrite(HASHES[LINA], hash_password(longest, HASHER))
    assert (await console.browser().sign_in("li.na", longest + "y")).status == 401
    await console.signed_in("li.na", longest)


async def test_an_unknown_user_costs_as_much_as_a_known_one(console: World) -> None:
    passwords = console.access.passwords
    done: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
            done.append(str(hash)[: str(hash).rindex("$", 0, 40)])
            return super().verify(hash, password)

    passwords._hasher = Counting(time_cost=1, memory_cost=8, parallelism=1)
    await console.browser("192.0.2.1").sign_in("li.na", "wrong")
    await console.browser("192.0.2.2").sign_in("nobody", "wrong")
    assert len(done) == 2
    assert done[0] == done[1]  # argon2id with the same parameters


async def test_wrong_passwords_make_the_next_try_wait_longer_each_time(console: World) -> None:
    browser = console.browser()
    waits = []
    for _ in range(8):
        answer = await browser.sign_in("li.na", "wrong")
        while answer.status == 429:
            waits.append(int(answer.header("retry-after") or 0))
            console.time.at += waits[-1] * SECOND
            answer = await browser.sign_in("li.na", "wrong")
    assert waits == [1, 2, 4, 8]
    answer = await browser.sign_in("li.na", LINA)  # the right one has to wait as well: it would say that it is right
    assert answer.status == 429
    console.time.at += 16 * SECOND
    assert (await browser.sign_in("li.na", LINA)).status == 303
    assert (await console.browser().sign_in("li.na", "wrong")).status == 401  # and then all is forgiven


async def test_many_tries_at_once_are_not_all_the_first(console: World) -> None:
    browser = console.browser()
    token = await browser.token("/sign-in")
    tries = [browser.post("/sign-in", {"user": "li.na", "password": f"p{n}", "csrf": token}) for n in range(12)]
    statuses = [answer.status for answer in await asyncio.gather(*tries)]
    assert statuses.count(401) == 4


async def test_nobody_is_locked_out_from_elsewhere(console: World) -> None:
    home = console.browser("198.51.100.1")
    assert (await home.sign_in("li.na", LINA)).status == 303
    for n in range(60):
        await console.browser(f"203.0.113.{n}").sign_in("li.na", "wrong")
    assert console.slept
    assert max(console.slept) <= 3
    console.slept.clear()
    assert (await console.browser("198.51.100.1").sign_in("li.na", LINA)).status == 303
    assert not console.slept  # known there
    assert (await console.browser("198.51.100.2").sign_in("li.na", LINA)).status == 303
    assert console.slept == [3.0]  # slower from where she never was, but in


async def test_one_address_may_try_only_so_many_users(console: World) -> None:
    browser = console.browser()
    statuses = [(await browser.sign_in(f"user{n}", "wrong")).status for n in range(25)]
    assert statuses.count(429) >= 4
    assert (await console.browser("192.0.2.99").sign_in("li.na", LINA)).status == 303


async def test_a_house_with_a_whole_ipv6_network_is_one_address(console: World) -> None:
    statuses = [(await console.browser(f"2001:db8:1:2::{n:x}").sign_in(f"user{n}", "wrong")).status for n in range(25)]
    assert statuses.count(429) >= 4
    assert (await console.browser("2001:db8:1:3::1").sign_in("li.na", LINA)).status == 303


async def test_a_password_hashed_by_older_parameters_is_hashed_anew_and_sessions_go_on(tmp_path: Path) -> None:
    console = world(tmp_path, hasher=PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    first = await console.signed_in()
    assert HASHES[LINA] not in console.file.read_text(encoding="utf-8")
    assert "# the boss" in console.file.read_text(encoding="utf-8")
    again = await console.signed_in()
    assert [(await browser.get("/")).status for browser in (first, again)] == [200, 200]
    text = console.file.read_text(encoding="utf-8")
    await console.signed_in()
    assert console.file.read_text(encoding="utf-8") == text


async def test_a_session_begun_before_the_hash_was_made_anew_goes_on(tmp_path: Path) -> None:
    console = world(tmp_path)
    before = await console.signed_in()
    console.access.passwords._hasher = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    await console.signed_in(address="192.0.2.8")
    assert (await before.get("/")).status == 200
    console.rewrite("password: $argon2id$v=19$m=16,t=2", "password: $argon2id$v=19$m=16,t=3")
    assert (await before.get("/")).status == 303


async def test_a_form_left_open_over_night_is_asked_for_again(console: World) -> None:
    browser = console.browser()
    token = await browser.token("/sign-in")
    browser.jar.clear()
    answer = await browser.post("/sign-in", {"user": "li.na", "password": LINA, "next": "/rota", "csrf": token})
    assert answer.status == 403
    assert answer.json["next"] == "/rota"
    fresh = answer.header("x-form-token") or ""
    answer = await browser.post("/sign-in", {"user": "li.na", "password": LINA, "next": "/rota", "csrf": fresh})
    assert (answer.status, answer.header("location")) == (303, "/rota")


async def test_the_page_speaks_the_language_of_the_browser(console: World) -> None:
    assert (await console.browser().get("/sign-in")).json["language"] == "zh"
    english = await console.browser().get("/sign-in", {"accept-language": "en-GB,en;q=0.9,zh;q=0.1"})
    assert english.json["language"] == "en"


async def test_a_stream_ends_when_its_reader_is_shut_out(console: World) -> None:
    browser = await console.signed_in()
    assert (await browser.get("/stream")).text.count("data:") == 4
    console.at_each_line.extend([lambda: None, lambda: console.rewrite("id: li.na", "id: li.no")])
    assert (await browser.get("/stream")).text.count("data:") == 2


async def test_a_stream_ends_when_its_session_has(console: World) -> None:
    browser = await console.signed_in()

    def pass_the_night() -> None:
        console.time.at += 12 * HOUR + MINUTE

    console.at_each_line.append(pass_the_night)
    assert (await browser.get("/stream")).text.count("data:") == 1
