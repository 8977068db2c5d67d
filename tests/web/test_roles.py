"""What each role may see and change, and that it is noted."""

import pytest

from ivr.web.csrf import HEADER
from tests.web.login_office import PASSWORD, PEOPLE, Office, log_in, request_token


@pytest.mark.parametrize(
    ("path", "agent", "manager", "admin"),
    [
        ("/desk", 200, 200, 200),
        ("/api/desk/notes", 200, 200, 200),
        ("/api/calls/CA1", 200, 200, 200),  # came to people
        ("/api/calls/CA2", 403, 200, 200),  # the machine's own
        ("/api/calls", 403, 200, 200),
        ("/studio", 403, 200, 200),
        ("/api/odd", 403, 200, 200),
        ("/api/users", 403, 403, 200),
        ("/api/audit", 403, 403, 200),
    ],
)
def test_what_each_role_may_see(office: Office, path: str, agent: int, manager: int, admin: int) -> None:
    statuses = [office.logged_in(name).get(path).status_code for name in PEOPLE]
    assert statuses == [agent, manager, admin]


def test_nobody_makes_themselves_an_admin(office: Office) -> None:
    for name in ("anna", "마루"):
        browser = office.logged_in(name)
        headers = {HEADER: request_token(browser)}
        assert browser.patch(f"/api/users/{name}", json={"role": "admin"}, headers=headers).status_code == 403
        new = {"name": "mine", "role": "admin", "password": PASSWORD}
        assert browser.post("/api/users", json=new, headers=headers).status_code == 403
    assert {user.name: user.role for user in office.accounts.users()} == PEOPLE


def test_a_role_taken_away_is_gone_at_once(office: Office) -> None:
    manager = office.logged_in("마루")
    assert manager.get("/studio").status_code == 200
    admin = office.logged_in("root")
    headers = {HEADER: request_token(admin)}
    assert admin.patch("/api/users/마루", json={"role": "agent"}, headers=headers).get_json()["role"] == "agent"
    assert manager.get("/studio").status_code == 401
    again = office.logged_in("마루")
    assert again.get("/studio").status_code == 403


def test_an_admin_adds_changes_and_removes_people_and_it_is_noted(office: Office) -> None:
    admin = office.logged_in("root")
    headers = {HEADER: request_token(admin)}
    new = {"name": "Bora", "role": "agent", "password": "another long password"}
    added = admin.post("/api/users", json=new, headers=headers)
    assert (added.status_code, added.get_json()["name"]) == (201, "bora")
    assert log_in(office.browser(), "bora", "another long password").status_code == 303
    assert admin.post("/api/users", json=new, headers=headers).status_code == 400
    assert admin.post("/api/users", json={**new, "role": "king"}, headers=headers).status_code == 400
    assert admin.patch("/api/users/bora", json={"password": "short"}, headers=headers).status_code == 400
    assert (
        admin.patch("/api/users/root", json={"role": "agent"}, headers=headers).status_code == 400
    )  # the last admin
    assert admin.delete("/api/users/bora", headers=headers).status_code == 204
    assert log_in(office.browser(), "bora", "another long password").status_code == 401
    assert {user["name"] for user in admin.get("/api/users").get_json()} == set(PEOPLE)
    log = admin.get("/api/audit?who=root").get_json()
    assert [(entry["action"], entry["detail"].get("user")) for entry in log] == [
        ("user_removed", "bora"),
        ("user_added", "Bora"),
        ("login", None),
    ]
    assert admin.get(f"/api/audit?who=root&before={log[1]['id']}").get_json() == log[2:]
    assert admin.get("/api/audit?limit=0").status_code == 400


def test_what_was_seen_is_noted_once(office: Office) -> None:
    agent = office.logged_in("anna")
    for _ in range(3):
        agent.get("/api/calls/CA1")
    agent.get("/api/calls/CA2")  # refused
    noted = [entry for _, entry in office.audit.entries(10) if entry.action == "call_opened"]
    assert [(entry.who, entry.role, entry.call_sid) for entry in noted] == [("anna", "agent", "CA1")]
