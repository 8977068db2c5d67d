"""Reads the connectors that a deployment declares: ``prompts/connectors.yaml``.

What can be known without asking anybody is checked here: that nothing is pasted into a query, that secrets come
from the environment, that each name stands for something the caller told.
"""

import re
import string
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, cast
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from ivr.content.fields import Fields
from ivr.content.problems import Problems
from ivr.content.requests import CONNECTOR_NAME
from ivr.content.types import SLOT_KINDS, ConnectorSpec, HttpSpec, SlotKind, SqlSpec

_BOTH = ("kind", "url", "outcome", "values", "speak", "facts")
_SQL = (*_BOTH, "query")
_HTTP = (*_BOTH, "method", "headers", "body", "timeout_s", "retries")
_SPEAK = (*SLOT_KINDS, "date")

_ENVIRONMENT = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_PARAMETER = re.compile(r"(?<![:\w\\]):(\w+)(?!:)")
"""As SQLAlchemy's ``text`` reads them: ``:name``, but not ``::type`` and not ``10:30``."""
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")
_STATEMENTS = ("select", "with", "values", "insert", "update", "delete", "call", "exec", "execute")
"""What a statement may begin with: asking, and changing rows. Tables are not a request's business."""
_SECRET_HEADER = re.compile(r"authori[sz]ation|token|key|secret|cookie|password", re.IGNORECASE)
_COLUMN = re.compile(r"\w+|'[a-z][a-z0-9_]*'")
_VALUE_COLUMN = re.compile(r"(?:\w|\{language\})+")
_DOTTED = re.compile(r"(?:\w|\{language\})+(?:\.(?:\w|\{language\})+)*|'[a-z][a-z0-9_]*'")

MAX_TIMEOUT_S = 10.0
"""Longest wait for a service; callers take silence of some seconds for a broken line."""
MAX_RETRIES = 3.0


def read_connectors(path: Path, problems: Problems) -> dict[str, tuple[ConnectorSpec, Fields]]:
    """Read the file; mistakes are noted. No file: no connectors of the deployment's own.

    Returns:
        Name → the connector, and its fields (for their lines).
    """
    found: dict[str, tuple[ConnectorSpec, Fields]] = {}
    item = problems.read_optional(path)
    for name, (key, value) in problems.mapping(path, item, "the file").items() if item else ():
        if not CONNECTOR_NAME.fullmatch(name):
            problems.add(path, key.line, f"connector {name!r} must be like shop.order_status")
            continue
        kind = {part.text: each.text for part, each in value.pairs()}.get("kind")
        if kind == "sql":
            fields = Fields(path, key.line, value, f"connector {name}", _SQL, problems)
            spec: ConnectorSpec | None = _sql(name, fields)
        elif kind == "http":
            fields = Fields(path, key.line, value, f"connector {name}", _HTTP, problems)
            spec = _http(name, fields)
        else:
            problems.add(path, key.line, f"connector {name}: 'kind' must be sql or http")
            continue
        if spec is not None:
            found[name] = (spec, fields)
    return found


def check_connector(spec: ConnectorSpec, fields: Fields, slots: Iterable[str], used: bool) -> None:
    """Note names of a connector that no request that uses it asks the caller for.

    Args:
        spec: The connector.
        fields: Its fields, for their lines.
        slots: The slots of every request that uses it.
        used: Whether any does.
    """
    if not used:
        return
    known = {*slots}
    for name, where in _asked(spec):
        if name not in known:
            shown = ", ".join(sorted(known)) or "none"
            fields.note(where, f"{name!r} is no slot of the requests that use it (there are: {shown})")


def values_of(spec: ConnectorSpec) -> frozenset[str]:
    """The placeholders that a connector's answer fills, besides the slots."""
    return frozenset(spec.values)


def _asked(spec: ConnectorSpec) -> list[tuple[str, str]]:
    """The slots that a connector is given: name, and the field that asks for it."""
    if isinstance(spec, SqlSpec):
        return [(name, "query") for name in _PARAMETER.findall(spec.query)]
    texts = [("url", spec.url), *(("headers", text) for text in spec.headers.values())]
    texts += [("body", text) for text in spec.body.values()]
    return [(name, where) for where, text in texts for name in _slot_names(text)]


def _slot_names(text: str) -> list[str]:
    """The names in braces, ``${NAME}`` left aside. Raises ValueError for a brace without its partner."""
    plain = _ENVIRONMENT.sub("", text)
    return [name for _, name, _, _ in string.Formatter().parse(plain) if name is not None]


def _common(fields: Fields) -> tuple[Mapping[str, str], Mapping[str, SlotKind | Literal["date"]], tuple[str, ...]]:
    values, speak = fields.mapping("values"), fields.mapping("speak")
    for name, kind in speak.items():
        if kind not in _SPEAK:
            fields.note("speak", f"speak: {name}: {kind!r} is unknown; there are {', '.join(_SPEAK)}")
        if name not in values:
            fields.note("speak", f"speak: {name!r} is none of its values")
    for name in values:
        if not name.isidentifier() or name != name.lower():
            fields.note("values", f"values: {name!r} must be small letters, digits and _")
    return values, cast(Mapping[str, SlotKind | Literal["date"]], speak), fields.texts("facts")


def _sql(name: str, fields: Fields) -> SqlSpec | None:
    values, speak, facts = _common(fields)
    url, query = fields.text("url", needed=True), fields.text("query", needed=True)
    outcome = fields.text("outcome", needed=True)
    if url is None or query is None or outcome is None:
        return None
    _check_database(url, fields)
    _check_query(query, fields)
    if not _COLUMN.fullmatch(outcome):
        fields.note("outcome", f"outcome {outcome!r} must be a column, or an outcome in quotes: \"'found'\"")
    for placeholder, column in values.items():
        if not _VALUE_COLUMN.fullmatch(column):
            fields.note("values", f"values: {placeholder}: {column!r} must be a column, such as name_{{language}}")
    return SqlSpec(name, url, query, outcome, values, speak, facts, str(fields.path))


def _check_database(url: str, fields: Fields) -> None:
    try:
        parsed = make_url(_ENVIRONMENT.sub("x", url)) if _ENVIRONMENT.fullmatch(url) is None else None
    except (ArgumentError, ValueError):
        fields.note("url", "url must be a database's, like postgresql+psycopg://user:${PASSWORD}@host/name")
        return
    if parsed is not None and parsed.password and not re.search(r":[^/@]*\$\{\w+\}[^/@]*@", url):
        fields.note("url", "url holds a password; write ${NAME} for it and set the environment variable NAME")


def _check_query(query: str, fields: Fields) -> None:
    bare = _QUOTED.sub("''", query)
    if ";" in bare.rstrip().rstrip(";") or "--" in bare or "/*" in bare:
        fields.note("query", "query must be one statement, without comments")
    if re.search(r"[{}]|%[sd(]|\?|\|\|\s*:", bare):
        fields.note(
            "query", "query must take what callers say as named parameters (:order_number), never pasted in"
        )
    for quoted in _QUOTED.findall(query):
        if _PARAMETER.search(quoted):
            fields.note("query", f"query: {quoted} is in quotes; a parameter stands by itself, without them")
    first = (bare.split() or [""])[0].lower()
    if first not in _STATEMENTS:
        fields.note("query", f"query must begin with one of {', '.join(_STATEMENTS)}")


def _http(name: str, fields: Fields) -> HttpSpec | None:
    values, speak, facts = _common(fields)
    url, method = fields.text("url", needed=True), fields.text("method") or "GET"
    if url is None:
        return None
    if method not in ("GET", "POST"):
        fields.note("method", f"method {method!r} must be GET or POST")
        method = "GET"
    headers, body = fields.mapping("headers"), fields.mapping("body")
    if body and method != "POST":
        fields.note("body", "body goes with method: POST")
    _check_address(url, fields)
    for header, text in headers.items():
        if _SECRET_HEADER.search(header) and not _ENVIRONMENT.search(text):
            fields.note(
                "headers", f"headers: {header} must come from the environment: write ${{NAME}} for the secret"
            )
    for where, texts in (("headers", headers.values()), ("body", body.values())):
        for text in texts:
            if not _well_formed(text):
                fields.note(where, f"{where}: {text!r} must hold plain names in braces, such as {{order_number}}")
                return None
    outcome = fields.text("outcome") or HttpSpec.outcome
    for placeholder, dotted in (("outcome", outcome), *values.items()):
        if not _DOTTED.fullmatch(dotted):
            where = "outcome" if placeholder == "outcome" else "values"
            fields.note(where, f"{placeholder}: {dotted!r} must be a dotted path, such as order.status")
    return HttpSpec(
        name,
        url,
        "POST" if method == "POST" else "GET",
        headers,
        body,
        outcome,
        values,
        speak,
        facts,
        fields.number("timeout_s", HttpSpec.timeout_s, 0.1, MAX_TIMEOUT_S),
        round(fields.number("retries", HttpSpec.retries, 0, MAX_RETRIES)),
        str(fields.path),
    )


def _check_address(url: str, fields: Fields) -> None:
    """A web address in which callers' words stand after the host only: they must not choose whom we ask."""
    if not _well_formed(url):
        fields.note("url", f"url {url!r} must hold plain names in braces, such as {{order_number}}")
        return
    plain = _ENVIRONMENT.sub("x", url)
    if _ENVIRONMENT.match(url):  # the scheme and host are the environment's
        plain = _ENVIRONMENT.sub("http://x", url, count=1)
    try:
        parts = urlsplit(plain)
    except ValueError:
        fields.note("url", f"url {url!r} is no address")
        return
    if parts.scheme not in ("http", "https") or not parts.netloc:
        fields.note("url", f"url {url!r} must begin with http:// or https://")
    elif "{" in parts.netloc:
        fields.note("url", "url: a slot can't stand in the host's name")
    elif "@" in parts.netloc:
        fields.note("url", "url holds a user or password; send them in a header, from the environment")


def _well_formed(text: str) -> bool:
    try:
        return all(name.isidentifier() for name in _slot_names(text))
    except ValueError:
        return False
