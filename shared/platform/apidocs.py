"""What an API says of itself: its OpenAPI document, a page made from it, and what each problem code means.

The page is plain HTML without scripts: nothing is loaded from anywhere, so that it can be read in a network that
reaches no further than the headquarters.
"""

import html
from collections.abc import Iterator
from typing import Any

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from shared.kernel.errors import NotFound
from shared.platform.access import ACTION, public
from shared.platform.problems import Problems

router = APIRouter(tags=["about"])
Document = dict[str, Any]

_STYLE = """
:root{color-scheme:light}body{font:1rem/1.7 "Noto Sans JP","Hiragino Sans","BIZ UDPGothic",Meiryo,sans-serif;
color:#1a1a1a;background:#fff;max-width:64rem;margin:0 auto;padding:24px}
h1{font-size:1.5rem}h2{font-size:1.125rem;margin-top:32px;border-top:1px solid #d9d9d9;padding-top:16px}
code,pre{font-family:ui-monospace,monospace;background:#f2f2f2}pre{padding:12px;overflow:auto;border-radius:8px}
a{color:#00118f}summary{cursor:pointer;min-height:48px;display:flex;align-items:center}
:focus-visible{outline:4px solid #000;outline-offset:2px;box-shadow:0 0 0 2px #ffd43d}
table{border-collapse:collapse}td,th{text-align:left;padding:8px 16px 8px 0;border-bottom:1px solid #d9d9d9;
vertical-align:top}
"""


@router.get("/openapi.json", include_in_schema=False, **public())
async def openapi_document(request: Request) -> Document:
    """Return the OpenAPI document."""
    made: Document = request.app.openapi()
    return made


@router.get("/docs", include_in_schema=False, response_class=HTMLResponse, **public())
async def page(request: Request) -> HTMLResponse:
    """Return the document as a page."""
    text = "".join(_page(request.app.openapi()))
    return HTMLResponse(text, headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"})


@router.get("/problems/{code}", summary="What a problem code means", **public())
async def problem(code: str, request: Request) -> dict[str, str]:
    """Return the row of the problem table: what happened, and what to do next."""
    problems: Problems = request.app.state.problems
    row = problems.rows.get(code)
    if row is None:
        raise NotFound("problem.unknown")
    return row._asdict()


def _page(document: Document) -> Iterator[str]:
    title = html.escape(document["info"]["title"])
    yield '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    yield f"<title>{title}</title><style>{_STYLE}</style><h1>{title}</h1>"
    yield f"<p>{html.escape(document['info'].get('description', ''))}</p>"
    yield '<p><a href="openapi.json">OpenAPI 3.1</a> · <a href="docs/events">All events 出来事一覧</a></p><nav><ul>'
    operations = [
        (method, path, operation) for path, item in document["paths"].items() for method, operation in item.items()
    ]
    for method, path, operation in operations:
        yield f'<li><a href="#{operation["operationId"]}"><code>{method.upper()} {html.escape(path)}</code></a> '
        yield f"{html.escape(operation.get('summary', ''))}</li>"
    yield "</ul></nav><main>"
    for method, path, operation in operations:
        yield from _operation(method, path, operation)
    yield "<h2>Schemas</h2>"
    for name, schema in sorted(document["components"]["schemas"].items()):
        yield f'<details id="schema-{html.escape(name)}"><summary>{html.escape(name)}</summary>{_pre(schema)}</details>'
    yield "</main></html>"


def _operation(method: str, path: str, operation: Document) -> Iterator[str]:
    yield f'<h2 id="{operation["operationId"]}"><code>{method.upper()} {html.escape(path)}</code> '
    yield f"{html.escape(operation.get('summary', ''))}</h2>"
    if about := operation.get("description"):
        yield f"<p>{html.escape(about)}</p>"
    if roles := operation.get("x-roles"):
        yield f"<p>{html.escape(operation['x-action-ja'])} <code>{html.escape(operation[ACTION])}</code>: "
        yield ", ".join(f"<code>{role}</code> ({scope})" for role, scope in roles.items()) + "</p>"
    for parameter in operation.get("parameters", ()):
        if "$ref" not in parameter:
            yield f"<p><code>{html.escape(parameter['name'])}</code> ({parameter['in']}) "
            yield f"{html.escape(parameter.get('description', ''))}</p>"
    if body := operation.get("requestBody"):
        for kind, content in body["content"].items():
            yield f"<details><summary>Body: {html.escape(kind)}</summary>"
            yield _pre(content.get("example", content["schema"])) + "</details>"
    yield "<table>"
    for status, response in operation["responses"].items():
        about = response.get("description") or response.get("$ref", "").rsplit("/", 1)[-1]
        yield f"<tr><th>{status}</th><td>{html.escape(about)}</td></tr>"
    yield "</table>"


def _pre(value: object) -> str:
    return f"<pre>{html.escape(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())}</pre>"
