"""The alerts: every metric and label that they name is one that the processes show, and each says what to do."""

import ast
import re
from typing import Any

import pytest
import yaml

from tests.unit.deploy.composed import environment, ours, services
from tests.unit.deploy.test_compose import PROCESSES
from tsunagi.docs.metrics import MODULES, metrics
from tsunagi.stack.layout import PROJECT

FILE = PROJECT / "deploy" / "alerts.yml"
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load(FILE.read_text("utf-8"))["groups"] for rule in group["rules"]
]
SCRAPED = yaml.safe_load((PROJECT / "deploy" / "prometheus.yml").read_text("utf-8"))
OF_THE_TARGET = {"service", "process", "job", "instance"}
OF_PROMETHEUS: dict[str, set[str]] = {"up": set(), "process_start_time_seconds": set()}
FUNCTIONS = {"sum", "max", "by", "rate", "increase", "changes", "histogram_quantile", "le"}


def shown() -> dict[str, set[str]]:
    """Return the names under which metrics are scraped, and their labels."""
    found: dict[str, set[str]] = dict(OF_PROMETHEUS)
    for pattern in MODULES:
        for file in sorted(PROJECT.glob(pattern)):
            for name, kind, labels, _ in metrics(ast.parse(file.read_text("utf-8"))):
                own = set(re.findall(r"`(\w+)`", labels))
                bare = name.strip("`")
                if kind == "histogram":
                    found |= {f"{bare}_bucket": own | {"le"}, f"{bare}_sum": own, f"{bare}_count": own}
                else:
                    found[bare] = own
    return found


def named(expression: str) -> set[str]:
    """Return the metrics that an expression names."""
    bare = re.sub(r"\{[^}]*\}|\"[^\"]*\"|\[[^\]]*\]|\bby \([^)]*\)", "", expression)
    return set(re.findall(r"[a-z_]{2,}", bare)) - FUNCTIONS


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_it_asks_for_what_is_shown(rule: dict[str, Any]) -> None:
    names = named(rule["expr"])
    assert names
    assert names <= shown().keys()
    labels = {label for name in names for label in shown()[name]} | OF_THE_TARGET
    for matchers in re.findall(r"\{([^}]*)\}", rule["expr"]):
        assert set(re.findall(r"(\w+)(?:=|!)", matchers)) <= labels
    kept = {label for by in re.findall(r"by \(([^)]*)\)", rule["expr"]) for label in by.split(", ")}
    assert kept <= labels
    said = {label for text in rule["annotations"].values() for label in re.findall(r"\$labels\.(\w+)", text)}
    assert said <= (kept or labels), "a label that the sum has dropped would be empty"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_it_says_in_both_languages_what_is_and_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["annotations"].keys() == {"summary", "todo", "summary_ja", "todo_ja"}
    assert re.search("[ぁ-ん]", rule["annotations"]["summary_ja"])
    assert re.search("[ぁ-ん]", rule["annotations"]["todo_ja"])
    assert rule["labels"]["severity"] in {"page", "desk", "duty"}
    assert re.fullmatch(r"\d+[mh]", rule["for"])


def test_no_alert_is_there_twice() -> None:
    assert len({rule["alert"] for rule in RULES}) == len(RULES)


def test_prometheus_asks_every_process_where_it_shows_its_metrics() -> None:
    (job,) = SCRAPED["scrape_configs"]
    assert job["job_name"] == "tsunagi"
    targets = {one["targets"][0]: one["labels"] for one in job["static_configs"]}
    assert targets.keys() == {f"{name}:{environment(ours()[name])['TSUNAGI_METRICS_PORT']}" for name in PROCESSES}
    for target, labels in targets.items():
        service, _, process = target.partition(":")[0].partition("-")
        assert labels == {"service": service, "process": process}
    mounted = {mount.split(":")[1] for mount in services()["prometheus"]["volumes"]}
    assert set(SCRAPED["rule_files"]) <= mounted


def test_every_promise_that_can_stall_has_an_alert() -> None:
    asked = {name for rule in RULES for name in named(rule["expr"])}
    for metric in (
        "tsunagi_outbox_age_seconds",
        "tsunagi_relay_leader",
        "tsunagi_consumer_lag_events",
        "tsunagi_worker_retries_total",
        "tsunagi_dead_letters",
        "tsunagi_timers_late_seconds",
        "tsunagi_words_unopened",
        "tsunagi_handoffs_overdue",
        "tsunagi_http_requests_total",
    ):
        assert metric in asked
