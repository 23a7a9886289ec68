"""The document says what a client must know: who may, what headers, what can go wrong, and an example."""

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from shared.platform.origin import CHANNELS
from tests.unit.platform_web.small import NOTE, client_of, make_app, router_of


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return make_app(router_of({}), description="Notes.").openapi()


def test_it_is_valid_openapi_and_json(document: dict[str, Any]) -> None:
    validate(document)
    assert json.loads(json.dumps(document)) == document


def test_every_operation_has_a_name_of_its_own(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for item in document["paths"].values() for operation in item.values()]
    assert sorted(names) == ["list_notes", "live", "problem", "quick", "read_note", "ready", "write_note"]


def test_it_says_who_may_call(document: dict[str, Any]) -> None:
    operation = document["paths"]["/notes/{note}"]["post"]
    assert operation["security"] == [{"token": []}]
    assert operation["x-action"] == "note.write"
    assert operation["x-roles"] == {"ward-hq": "ward", "city-hq": "any"}
    assert "security" not in document["paths"]["/health/live"]["get"]


def test_it_says_what_can_go_wrong(document: dict[str, Any]) -> None:
    def told(path: str, method: str) -> set[str]:
        return set(document["paths"][path][method]["responses"])

    assert told("/notes/{note}", "post") == {"200", "401", "403", "404", "409", "413", "422", "503"}
    assert told("/notes", "get") == {"200", "401", "403", "422", "503"}
    assert told("/quick", "post") == {"200", "401", "403", "409", "413", "422", "503"}
    assert told("/health/ready", "get") == {"200", "503"}
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in set(re.findall(r'"#/([^"]+)"', json.dumps(document))):
        found = document
        for part in reference.split("/"):
            found = found[part]


def test_a_command_says_its_headers(document: dict[str, Any]) -> None:
    named = {one["$ref"].rsplit("/")[-1] for one in document["paths"]["/quick"]["post"]["parameters"]}
    assert {"Idempotency-Key", "Tsunagi-Device-Now", "Tsunagi-Said-By", "X-Correlation-Id"} <= named
    channel = document["components"]["parameters"]["Tsunagi-Channel"]["schema"]
    assert set(channel["enum"]) == CHANNELS
    assert "timer" not in channel["enum"]


def test_a_raw_route_stands_in_it_with_its_types_and_example(document: dict[str, Any]) -> None:
    content = document["paths"]["/quick"]["post"]["requestBody"]["content"]["application/json"]
    assert content["schema"] == {"$ref": "#/components/schemas/Quick"}
    assert content["example"] == {"text": "28101"}
    Draft202012Validator(document["components"]["schemas"]["Quick"]).validate(content["example"])


def test_a_problem_has_a_schema_that_problems_keep_to(document: dict[str, Any]) -> None:
    schema = document["components"]["schemas"]["Problem"]
    Draft202012Validator(schema).validate(schema["examples"][0])
    assert "note.missing" in schema["properties"]["code"]["examples"]


async def test_examples_of_models_are_kept() -> None:
    async with client_of(make_app(router_of({}))) as client:
        document = (await client.get("/openapi.json")).json()
    assert document["components"]["schemas"]["NoteBody"]["properties"]["text"]["examples"] == ["窓口に来た"]


async def test_the_page_is_made_of_it_and_loads_nothing() -> None:
    async with client_of(make_app(router_of({}), description="<b>Notes</b>")) as client:
        page = await client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "POST /notes/{note}" in page.text
    assert "メモを書く" in page.text
    assert "&lt;b&gt;Notes" in page.text
    assert not re.search(r"<script|https?://|<img|<link", page.text)


async def test_a_problem_of_the_api_keeps_to_the_schema(document: dict[str, Any]) -> None:
    async with client_of(make_app()) as client:
        problem = (await client.get(f"/notes/{NOTE}")).json()
    Draft202012Validator(document["components"]["schemas"]["Problem"]).validate(problem)
