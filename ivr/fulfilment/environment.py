"""Secrets of declared connectors: ``${NAME}`` stands for an environment variable, and is never shown."""

import re
from collections.abc import Mapping
from urllib.parse import quote

from ivr.content.types import ConnectorSpec
from ivr.errors import ConfigurationError

_NAME = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_MIN_HIDDEN = 4
"""Characters from which a variable's value is taken out of messages; shorter ones are no secret."""


class Environment:
    """The variables that one connector uses."""

    def __init__(self, spec: ConnectorSpec, variables: Mapping[str, str]) -> None:
        """Remember where values come from.

        Args:
            spec: The connector, for messages.
            variables: Name → value.
        """
        self._spec = spec
        self._variables = variables
        self._used: dict[str, str] = {}

    def expand(self, text: str) -> str:
        """Put in the variables' values as they are.

        Raises:
            ConfigurationError: a variable is not set; the message names it, the connector and its file.
        """
        return _NAME.sub(lambda match: self._value(match[1]), text)

    def expand_database_url(self, url: str) -> str:
        """Put in the variables' values, percent-encoded where they are user or password.

        Raises:
            ConfigurationError: a variable is not set.
        """
        host = url.rfind("@")

        def value(match: re.Match[str]) -> str:
            return quote(self._value(match[1]), safe="") if match.start() < host else self._value(match[1])

        return _NAME.sub(value, url)

    def hide(self, message: str) -> str:
        """Take the variables' values out of a message."""
        for name, value in self._used.items():
            if len(value) >= _MIN_HIDDEN:
                message = message.replace(value, f"${{{name}}}").replace(quote(value, safe=""), f"${{{name}}}")
        return message

    def _value(self, name: str) -> str:
        value = self._variables.get(name, "")
        if not value:
            raise ConfigurationError(
                f"{self._spec.source or 'connectors.yaml'}: connector {self._spec.name} needs the environment "
                f"variable {name}, which is not set"
            )
        self._used[name] = value
        return value
