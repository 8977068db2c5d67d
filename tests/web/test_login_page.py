"""Logging in with a real browser, which sends what a test client does not: Origin, cookies by their rules."""

from pathlib import Path

import pytest

from tests.web.browser import launch, serve
from tests.web.login_office import PASSWORD, Office

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("browsers")]


def test_in_at_the_first_attempt_out_at_the_first_click(office: Office) -> None:
    with serve(office.app) as url, launch(width=390) as page:
        page.goto(f"{url}/phone")
        assert page.url == f"{url}/login?next=/phone"
        assert page.evaluate("document.activeElement.name") == "name"
        page.keyboard.type("anna")
        page.keyboard.press("Tab")
        page.keyboard.type("not the password")
        page.keyboard.press("Enter")
        page.get_by_role("alert").wait_for()
        assert page.get_by_role("alert").inner_text() == "Name or password is wrong."
        page.fill("input[name=name]", "anna")
        page.fill("input[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{url}/phone")
        assert page.evaluate("document.cookie").find("ivr_session") == -1  # no script can read it
        posted = page.evaluate(
            """async () => {
                const { csrfHeaders } = await import("/assets/csrf.js");
                const ask = async (headers) => (await fetch("/api/desk/notes", { method: "POST", headers })).status;
                return [await ask({}), await ask(csrfHeaders())];
            }"""
        )
        assert posted == [403, 200]
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.goto(f"{url}/studio")
        assert "agent" in page.locator("main").inner_text()
        page.get_by_role("button", name="Log out").click()
        page.wait_for_url(f"{url}/login")
        page.goto(f"{url}/phone")
        assert "/login" in page.url


def test_another_site_can_not_log_anybody_in(office: Office, tmp_path: Path) -> None:
    with serve(office.app) as url, launch() as page:
        site = tmp_path / "evil.html"
        site.write_text(
            f'<form method="post" action="{url}/login"><input name="name" value="anna">'
            f'<input name="password" value="{PASSWORD}"></form><script>document.forms[0].submit()</script>'
        )
        page.goto(site.as_uri())
        page.wait_for_url(f"{url}/login")
        page.goto(f"{url}/phone")
        assert "/login" in page.url
