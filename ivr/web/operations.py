"""For those who run the hotline: is it up, can it take calls, what is it doing."""

from collections.abc import Callable, Mapping

import structlog
from flask import Blueprint, Response, jsonify

from ivr.metrics import CONTENT_TYPE, Metrics

log = structlog.get_logger(__name__)

RETRY_S = 2
"""``Retry-After`` of a ``/ready`` that is not; models take some seconds to load."""


def blueprint(
    metrics: Metrics,
    readiness: Callable[[], Mapping[str, str | None]],
    notes: Callable[[], Mapping[str, str]] = dict,
) -> Blueprint:
    """Make the routes ``/health``, ``/ready`` and ``/metrics``.

    Args:
        metrics: What ``/metrics`` shows.
        readiness: Component → what is wrong with it, None when it is ready. Quick; called per request.
        notes: Component → what somebody should look at, though calls are taken as before. Quick, too.
    """
    routes = Blueprint("operations", __name__)

    @routes.after_request
    def never_stored(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        return response

    @routes.get("/health")
    def health() -> Response:
        """The process answers."""
        return jsonify(status="ok")

    @routes.get("/ready")
    def ready() -> Response:
        """Every component can do its work, or 503 with what is missing."""
        try:
            components = dict(readiness())
        except Exception as error:
            log.exception("operations.readiness_failed")
            components = {"readiness": f"could not be found out: {type(error).__name__}"}
        problems = {name: problem for name, problem in components.items() if problem is not None}
        response = jsonify(
            ready=not problems, problems=problems, notes=dict(notes()), components=sorted(components)
        )
        if problems:
            response.status_code = 503
            response.headers["Retry-After"] = str(RETRY_S)
        return response

    @routes.get("/metrics")
    def show_metrics() -> Response:
        """Prometheus' text format."""
        return Response(metrics.render(), content_type=CONTENT_TYPE)

    return routes
