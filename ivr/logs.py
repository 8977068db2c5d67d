"""Structured logs: one line per event, masked, from our code and from the libraries alike.

Code logs with ``structlog.get_logger()`` and key-value pairs; libraries' ``logging`` records (gunicorn,
werkzeug, alembic, sqlalchemy) come out of the same pipe in the same form.
"""

import logging
import sys
from collections.abc import Mapping
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from ivr.records.masking import mask_text

_UNMASKED = frozenset({"timestamp", "level", "logger"})
"""Written by ourselves; no caller's data gets in."""

_NOISY = ("werkzeug", "alembic", "sqlalchemy", "gunicorn.access", "urllib3", "faster_whisper")
"""Libraries whose INFO lines say nothing an operator needs; WARNING and above come through."""

_MAX_DEPTH = 8
"""Levels of nesting that are logged as structure; deeper values are logged as their masked ``repr``."""


def configure_logging(
    level: Literal["debug", "info", "warning", "error"] = "info",
    format: Literal["json", "text"] = "text",
    stream: TextIO | None = None,
) -> None:
    """Set up structlog and ``logging`` for this process. May be called again; the last call holds.

    Args:
        level: Least severe line that is written.
        format: ``json``: one JSON object a line, exceptions in its ``exception`` field; ``text``: for people,
            ``key=value``, with the traceback indented beneath its line.
        stream: Where to; standard error when None.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        mask_values,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False) if format == "json" else _render_text
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    for old in list(root.handlers):
        if isinstance(old.formatter, structlog.stdlib.ProcessorFormatter):
            root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name in ("gunicorn.error", "gunicorn.access", "werkzeug"):
        logger = logging.getLogger(name)  # these bring handlers of their own
        logger.handlers.clear()
        logger.propagate = True
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def mask_values(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Mask every string in ``event``, however deep, whatever its key (a structlog processor)."""
    for key, value in event.items():
        if key not in _UNMASKED and not key.startswith("_"):
            event[key] = _masked(value, 0)
    return event


def _masked(value: object, depth: int) -> object:
    if isinstance(value, str):
        return mask_text(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth < _MAX_DEPTH:
        if isinstance(value, Mapping):
            return {mask_text(str(key)): _masked(item, depth + 1) for key, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [_masked(item, depth + 1) for item in value]
    try:
        return mask_text(str(value) if isinstance(value, BaseException) else repr(value))
    except Exception as error:  # any object may be logged; a log line must never raise
        return f"<unprintable {type(value).__name__}: {type(error).__name__}>"


def _render_text(logger: WrappedLogger, method: str, event: EventDict) -> str:
    """``time level event key=value …``; control characters escaped, so that nobody forges a line by speaking."""
    traceback = event.pop("exception", None)
    head = [str(event.pop("timestamp", "")), f"{event.pop('level', '-'):<7}", _one_line(event.pop("event", ""))]
    event.pop("logger", None)
    tail = [f"{key}={_quoted(value)}" for key, value in event.items()]
    line = " ".join(head + tail)
    if traceback:
        line += "\n" + "\n".join(f"    {_one_line(row)}" for row in str(traceback).splitlines())
    return line


def _quoted(value: object) -> str:
    text = _one_line(value)
    return f'"{text}"' if not text or any(character in text for character in ' "=') else text


def _one_line(value: object) -> str:
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape", "backslashreplace").decode()
        for character in str(value)
    )
