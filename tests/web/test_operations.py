"""Up, ready, and what it is doing."""

from flask import Flask
from flask.testing import FlaskClient

from ivr.metrics import Metrics
from ivr.web import operations


def client(problems: dict[str, str | None] | Exception) -> FlaskClient:
    def readiness() -> dict[str, str | None]:
        if isinstance(problems, Exception):
            raise problems
        return problems

    app = Flask(__name__)
    metrics = Metrics()
    metrics.barge_ins.inc()
    app.register_blueprint(operations.blueprint(metrics, readiness))
    return app.test_client()


def test_health_says_the_process_is_up_even_when_it_is_not_ready() -> None:
    answer = client({"recognizer": "loading"}).get("/health")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_ready_lists_what_is_missing() -> None:
    answer = client({"recognizer": "loading", "records": None}).get("/ready")
    assert answer.status_code == 503
    assert answer.json == {
        "ready": False,
        "problems": {"recognizer": "loading"},
        "notes": {},
        "components": ["recognizer", "records"],
    }
    assert int(answer.headers["Retry-After"]) > 0


def test_ready_once_nothing_is_missing() -> None:
    answer = client({"recognizer": None, "records": None}).get("/ready")
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["ready"] is True


def test_a_failing_check_is_not_ready_rather_than_an_error() -> None:
    answer = client(ValueError("boom")).get("/ready")
    assert answer.status_code == 503
    assert answer.json is not None
    assert "ValueError" in answer.json["problems"]["readiness"]


def test_metrics_are_prometheus_text() -> None:
    answer = client({}).get("/metrics")
    assert answer.content_type.startswith("text/plain")
    assert b"ivr_barge_ins_total 1.0" in answer.data
