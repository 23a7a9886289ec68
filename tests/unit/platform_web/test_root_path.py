"""Behind an ingress a service stands under a path of its own; a probe still reaches it without."""

import pytest

from tests.unit.platform_web.small import NOTE, bearer, client_of, make_app


@pytest.mark.parametrize("path", ["/notes", "/transfer/notes"])
async def test_a_route_is_found_with_the_ingresss_path_and_without(path: str) -> None:
    async with client_of(make_app(root_path="/transfer")) as client:
        assert (await client.get(path, headers=bearer())).status_code == 200


@pytest.mark.parametrize("path", ["/quick", "/transfer/quick"])
async def test_so_is_the_quick_way(path: str) -> None:
    nurse = bearer(roles=["nurse"])
    async with client_of(make_app(root_path="/transfer")) as client:
        assert (await client.post(path, headers=nurse, json={"text": "28101"})).status_code == 200


@pytest.mark.parametrize("path", ["/transferred/notes", "/intake/notes", "/transfer"])
async def test_another_path_is_no_route(path: str) -> None:
    async with client_of(make_app(root_path="/transfer")) as client:
        assert (await client.get(path, headers=bearer())).json()["code"] == "route.unknown"


async def test_what_it_says_of_itself_leads_back_through_the_ingress() -> None:
    async with client_of(make_app(root_path="/transfer")) as client:
        missing = (await client.get(f"/transfer/notes/{NOTE}", headers=bearer())).json()
        assert (await client.get(missing["type"])).json()["code"] == missing["code"] == "note.missing"
        document = (await client.get("/transfer/openapi.json")).json()
        assert document["servers"] == [{"url": "/transfer"}]
        assert 'href="openapi.json"' in (await client.get("/transfer/docs")).text


async def test_without_an_ingress_nothing_stands_before_the_paths() -> None:
    async with client_of(make_app()) as client:
        assert (await client.get(f"/notes/{NOTE}", headers=bearer())).json()["type"] == "/problems/note.missing"
        assert "servers" not in (await client.get("/openapi.json")).json()
