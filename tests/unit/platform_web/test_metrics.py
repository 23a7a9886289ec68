"""What is counted is labelled by codes and templates: no label has as many values as there are people."""

import pytest
from prometheus_client import REGISTRY, Metric

from shared.platform import metrics
from tests.matrix import Ground
from tests.unit.platform_web.small import NOTE, PLANTED, bearer, client_of, make_app, router_of

LABELS = {"method", "route", "status", "code", "action", "topic", "kind", "reason", "le", "partition"}


def collected() -> list[Metric]:
    return [metric for metric in REGISTRY.collect() if metric.name.startswith("tsunagi_")]


def test_every_metric_says_what_it_is() -> None:
    assert collected()
    for metric in collected():
        assert metric.documentation.endswith("."), metric.name
    named = {name for name in vars(metrics) if name.isupper() and name != "SECONDS"}
    assert len({metric.name for metric in collected()}) >= len(named)


async def test_requests_are_counted_by_template() -> None:
    app = make_app(router_of({NOTE: Ground("28101", NOTE, "taxi", "staff-1")}))
    before = REGISTRY.get_sample_value(
        "tsunagi_http_requests_total", {"method": "GET", "route": "/notes/{note}", "status": "200"}
    )
    async with client_of(app) as client:
        await client.get(f"/notes/{NOTE}", headers=bearer())
        await client.get(f"/{PLANTED}")
        await client.request("YAMADA", "/notes")
    counted = REGISTRY.get_sample_value(
        "tsunagi_http_requests_total", {"method": "GET", "route": "/notes/{note}", "status": "200"}
    )
    assert counted == (before or 0) + 1
    for metric in collected():
        for sample in metric.samples:
            assert sample.labels.keys() <= LABELS
            assert not {PLANTED, str(NOTE), "YAMADA"} & set(sample.labels.values())


@pytest.mark.parametrize(("headers", "code"), [({}, "token.missing"), ({"Authorization": "Bearer x"}, "token.invalid")])
async def test_refused_tokens_are_counted(headers: dict[str, str], code: str) -> None:
    before = REGISTRY.get_sample_value("tsunagi_tokens_refused_total", {"code": code}) or 0
    async with client_of(make_app()) as client:
        await client.get("/notes", headers=headers)
    assert REGISTRY.get_sample_value("tsunagi_tokens_refused_total", {"code": code}) == before + 1
