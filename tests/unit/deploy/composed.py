"""docker-compose.yml as an engine would read it: anchors, defaults of variables, env files, what the image sets."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml

from tsunagi.stack.layout import PROJECT

COMPOSE = PROJECT / "docker-compose.yml"
OURS = "tsunagi:local"
IN_CONTAINER = "/run/secrets/"
_VARIABLE = re.compile(r"\$\{(?P<name>[A-Z_]+):-(?P<default>[^}]*)\}")


def _filled(node: Any, given: Mapping[str, str]) -> Any:
    match node:
        case dict():
            return {key: _filled(value, given) for key, value in node.items()}
        case list():
            return [_filled(value, given) for value in node]
        case str():
            return _VARIABLE.sub(lambda found: given.get(found["name"]) or found["default"], node)
    return node


@cache
def written() -> dict[str, Any]:
    """Return the file as it is written, its anchors resolved."""
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text("utf-8"))
    return found


def composed(**given: str) -> dict[str, Any]:
    """Return the file with its variables replaced, by what is given or else by their defaults."""
    found: dict[str, Any] = _filled(written(), given)
    return found


def services(**given: str) -> dict[str, dict[str, Any]]:
    """Return the services by name."""
    found: dict[str, dict[str, Any]] = composed(**given)["services"]
    return found


def ours(**given: str) -> dict[str, dict[str, Any]]:
    """Return the services that run our image."""
    return {name: one for name, one in services(**given).items() if one["image"] == OURS}


def env_file(name: str) -> dict[str, str]:
    """Return what an env file sets."""
    lines = (PROJECT / name).read_text("utf-8").splitlines()
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {key: value for key, _, value in pairs}


@cache
def of_the_image() -> Mapping[str, str]:
    """Return what the image's last stage sets by ENV."""
    text = (PROJECT / "deploy" / "Dockerfile").read_text("utf-8").rsplit("\nFROM ", 1)[1]
    block = re.search(r"^ENV (?P<pairs>(?:.*\\\n)*.*)$", text, re.MULTILINE)
    assert block
    return dict(re.findall(r"(\w+)=(\S+)", block["pairs"]))


def environment(service: Mapping[str, Any]) -> dict[str, str]:
    """Return every variable that a container of ours has: the image's, the env file's, its own."""
    files = {key: value for name in service.get("env_file", ()) for key, value in env_file(name).items()}
    return {**of_the_image(), **files, **service.get("environment", {})}


def command(service: Mapping[str, Any]) -> list[str]:
    """Return what a container of ours runs."""
    return [*service.get("entrypoint", []), *service["command"]]
