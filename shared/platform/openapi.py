"""The OpenAPI document of a service: what FastAPI knows of its routes, and what it cannot know.

That is: who may call, which headers say what of a command, what a problem looks like, and the raw routes.
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from shared.contracts.codes import PRECISION, SAID_BY
from shared.platform.access import ACTION, PUBLIC
from shared.platform.answers import REPEATED
from shared.platform.origin import CHANNELS
from shared.platform.permissions import Permission
from shared.platform.problems import MEDIA_TYPE, Problems
from shared.platform.routes import Raw

JSON: Final = "application/json"
_COMMANDS: Final = frozenset({"post", "put", "patch", "delete"})
Document = dict[str, Any]

_AT: Final = {"type": "string", "format": "date-time"}
_ID: Final = {"type": "string", "format": "uuid"}
HEADERS: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "Idempotency-Key": ("The command's id, a UUIDv7 of the client's. The same again has the same answer.", _ID),
    "Tsunagi-Happened-At": ("When it happened, where that was not just now: RFC 3339 with an offset.", _AT),
    "Tsunagi-Precision": ("How exactly that is known.", {"type": "string", "enum": sorted(PRECISION)}),
    "Tsunagi-Device-Now": ("What the device's clock says. It is kept and marked, never refused.", _AT),
    "Tsunagi-Said-By": (
        "Whose word it was, where somebody else keys it in.",
        {"type": "string", "enum": list(SAID_BY)},
    ),
    "Tsunagi-Channel": ("By which way it came in.", {"type": "string", "enum": sorted(CHANNELS), "default": "api"}),
    "Tsunagi-Disaster": ("The disaster it belongs to; else that of the stream.", _ID),
    "X-Correlation-Id": ("The chain it belongs to; else one begins with it.", _ID),
}
_STATUSES: Final[Mapping[str, str]] = {
    "401": "There is no good token.",
    "403": "The caller's role or scope does not allow this.",
    "404": "There is no such thing.",
    "409": "The state of things does not allow it, or the id came before with other content.",
    "413": "The message is too large.",
    "422": "The message cannot be read; `fields` names what is wrong, and never repeats a value.",
    "503": "Not now: send the same again after `Retry-After` seconds.",
}


def document(
    *,
    title: str,
    version: str,
    description: str,
    routes: Iterable[BaseRoute],
    permissions: Mapping[str, Permission],
    problems: Problems,
) -> Document:
    """Return the document. Raises ValueError where two types of different shape have one name."""
    routes = list(routes)
    made: Document = get_openapi(title=title, version=version, description=description, routes=routes)
    components: Document = made.setdefault("components", {})
    schemas: Document = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = _problem_schema(problems)
    components["securitySchemes"] = {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "Who is calling, with roles and scope: from the OIDC provider, or `tsunagi token` locally.",
        }
    }
    components["parameters"] = {
        name: {"name": name, "in": "header", "required": False, "description": about, "schema": dict(schema)}
        for name, (about, schema) in HEADERS.items()
    }
    components["responses"] = {
        f"Problem{status}": {
            "description": about,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, about in _STATUSES.items()
    }
    _add_raw(made, [route for route in routes if isinstance(route, Raw)])
    seen: set[str] = set()
    names = {route.unique_id: route.name for route in routes if isinstance(route, APIRoute)}
    for path, item in made["paths"].items():
        for method, operation in item.items():
            _complete(path, method, operation, permissions)
            name = names.get(operation["operationId"], operation["operationId"])
            operation["operationId"] = operation["operationId"] if name in seen else name
            seen.add(name)
    return made


def _problem_schema(problems: Problems) -> Document:
    texts = ("title", "detail_ja", "detail_en", "todo_ja", "todo_en")
    example = problems.body("access.denied", HTTPStatus.FORBIDDEN, {"action": "placement.accept"})
    return {
        "type": "object",
        "title": "Problem",
        "description": "A problem (RFC 9457): what happened, and what to do next, in Japanese and English.",
        "properties": {
            "type": {"type": "string", "format": "uri-reference", "description": "`/problems/<code>`"},
            "status": {"type": "integer"},
            "code": {"type": "string", "description": "Stable; more can come.", "examples": sorted(problems.rows)},
            **{name: {"type": "string"} for name in texts},
        },
        "required": ["type", "status", "code", *texts],
        "additionalProperties": True,
        "examples": [example],
    }


def _complete(path: str, method: str, operation: Document, permissions: Mapping[str, Permission]) -> None:
    """Add to one operation who may call it, its headers, and the problems that it can answer with."""
    responses: Document = operation["responses"]
    told = {"503"} | (responses.keys() & _STATUSES.keys())
    if "{" in path:
        told |= {"404"}
    if operation.get("parameters") or "requestBody" in operation:
        told |= {"422"}
    if (permission := permissions.get(operation.get(ACTION, ""))) is not None:
        told |= {"401", "403"}
        operation["security"] = [{"token": []}]
        operation["x-roles"] = dict(permission.roles)
        operation["x-action-ja"] = permission.ja
        operation.setdefault("summary", permission.en)
        if method in _COMMANDS:
            told |= {"409", "422"} | ({"413"} if "requestBody" in operation else set())
            operation.setdefault("parameters", []).extend(
                {"$ref": f"#/components/parameters/{name}"} for name in HEADERS
            )
            for status, response in responses.items():
                if status.startswith("2"):
                    response.setdefault("headers", {})[REPEATED] = {
                        "description": "`true` where this command had been carried out before.",
                        "schema": {"type": "string", "enum": ["true"]},
                    }
    operation.pop(PUBLIC, None)
    for status in sorted(told):
        responses[status] = {"$ref": f"#/components/responses/Problem{status}"}


def _add_raw(made: Document, raws: Iterable[Raw]) -> None:
    raws = list(raws)
    types = [one for raw in raws for one in (raw.told.request_type, raw.told.response_type) if one is not None]
    shapes, parts = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    schemas: Document = made["components"]["schemas"]
    for name, schema in _as_json(parts).items():
        if schemas.setdefault(name, schema) != schema:
            raise ValueError(f"two types are called {name}: one of msgspec, one of pydantic")
    shape_of = dict(zip(map(id, types), shapes, strict=True))
    for raw in raws:
        told = raw.told
        operation: Document = {
            "summary": told.summary,
            "description": told.description,
            "operationId": raw.name,
            **({"tags": list(told.tags)} if told.tags else {}),
            ACTION: told.action,
            "responses": {str(told.status): {"description": "Successful Response"}},
        }
        if raw.param_convertors:
            operation["parameters"] = [
                {"name": name, "in": "path", "required": True, "schema": _ID} for name in raw.param_convertors
            ]
        if told.request_type is not None:
            content: Document = {"schema": shape_of[id(told.request_type)]}
            if told.example is not None:
                content["example"] = told.example
            operation["requestBody"] = {"required": True, "content": {JSON: content}}
        if told.response_type is not None:
            content = {"schema": shape_of[id(told.response_type)]}
            if told.answer_example is not None:
                content["example"] = told.answer_example
            operation["responses"][str(told.status)]["content"] = {JSON: content}
        for method in told.methods:
            made["paths"].setdefault(raw.path_format, {})[method.lower()] = _as_json(operation)


def _as_json(made: Document) -> Document:
    """Return a copy as JSON has it: no tuples, nothing shared."""
    copied: Document = msgspec.json.decode(msgspec.json.encode(made))
    return copied
