"""No route that shows or changes a call is left out of the audit log."""

from pathlib import Path

from ivr.app import Hotline
from ivr.settings import load_settings
from ivr.web.access import GUARDED
from ivr.web.access_audit import _RULES

NOTED_ELSEWHERE = ("/api/recordings/",)
"""Where an entry must be there before anything is shown."""
NOTHING_NEW = frozenset({"/api/desk/calls/CA1/hold"})
"""Who has the call has opened it already."""


def test_every_route_about_a_call_is_noted(tmp_path: Path) -> None:
    hotline = Hotline(load_settings(database_url=f"sqlite:///{tmp_path}/calls.sqlite3"))
    try:
        routes = [
            (method, rule.rule.replace("<call_sid>", "CA1"))
            for rule in hotline.app.url_map.iter_rules()
            if "<call_sid>" in rule.rule and rule.rule.startswith(GUARDED)
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        ]
    finally:
        hotline.close()
    assert ("GET", "/calls/CA1") in routes
    for method, path in routes:
        if path.startswith(NOTED_ELSEWHERE) or path in NOTHING_NEW:
            continue
        found = [rule.path.fullmatch(path) for rule in _RULES if method in rule.methods]
        assert any(match and match["call_sid"] == "CA1" for match in found), f"{method} {path}"
