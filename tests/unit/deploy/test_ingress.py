"""The one way in: exactly the services, each under its path, with its own limit, and live pages unhindered."""

import json
import re

import pytest

from services.intake.settings import IntakeSettings
from services.transfer.api import LARGEST_LIST
from shared.platform.exchange import BODY_LIMIT
from shared.platform.problems import Problems
from tests.unit.deploy.composed import environment, services
from tsunagi.stack.layout import PROJECT, SERVICES

TEXT = (PROJECT / "deploy" / "Caddyfile").read_text("utf-8")
LIMITS = {
    "intake": IntakeSettings.model_fields["sheet_bytes"].default,
    "screening": BODY_LIMIT,
    "transfer": LARGEST_LIST,
    "casework": BODY_LIMIT,
}
BLOCK = re.compile(
    r"handle_path (?P<path>\S+) \{\s+"
    r"@large expression `\{header.Content-Length\} != \"\" && int\(\{header.Content-Length\}\) > (?P<refused>\d+)`\s+"
    r"error @large 413\s+request_body \{\s+max_size (?P<limit>\d+)\s+\}\s+"
    r"reverse_proxy (?P<host>[\w-]+):(?P<port>\d+) \{\s+import upstream\s+\}\s+\}"
)


def test_each_service_has_its_path_and_no_other_leads_anywhere() -> None:
    blocks = [found.groupdict() for found in BLOCK.finditer(TEXT)]

    assert [one["path"] for one in blocks] == [f"/{service}/*" for service in SERVICES]
    assert TEXT.count("reverse_proxy") == TEXT.count("handle_path") == len(SERVICES)
    for service, one in zip(SERVICES, blocks, strict=True):
        api = services()[one["host"]]
        assert one["host"] == f"{service}-api"
        assert one["port"] == environment(api)["TSUNAGI_PORT"]
        assert environment(api)["TSUNAGI_ROOT_PATH"] == f"/{service}"
        assert re.search(rf"@(home|{service}) path (/ )?/{service} /{service}/\n", TEXT), (
            "without a page it leads somewhere"
        )


def test_a_request_may_be_as_large_as_its_service_takes_it() -> None:
    for which in ("limit", "refused"):
        assert {found["host"].removesuffix("-api"): int(found[which]) for found in BLOCK.finditer(TEXT)} == LIMITS


def test_live_pages_are_not_held_back() -> None:
    upstream = re.search(r"\(upstream\) \{(.*?)\n\}", TEXT, re.DOTALL)
    assert upstream
    assert "flush_interval -1" in upstream[1]
    assert "write_timeout" not in TEXT
    packed = re.search(r"encode [^{]*\{\s*match \{(.*?)\}", TEXT, re.DOTALL)
    assert packed
    assert "event-stream" not in packed[1]
    assert "text/*" not in packed[1]


def test_the_headers_of_the_services_are_left_alone() -> None:
    block = re.search(r"\n\theader \{(.*?)\n\t\}", TEXT, re.DOTALL)
    assert block
    lines = [line.strip() for line in block[1].splitlines() if line.strip() and not line.strip().startswith("#")]
    assert [line.split()[0] for line in lines] == ["-Server", "-Via", "?Strict-Transport-Security"]
    assert "header_up" not in TEXT
    assert "header_down" not in TEXT


@pytest.mark.parametrize(("code", "status"), [("server.busy", 503), ("body.too-large", 413), ("route.unknown", 404)])
def test_what_it_says_itself_it_says_in_the_words_of_the_services(code: str, status: int) -> None:
    answers = {
        json.loads(body)["code"]: (json.loads(body), int(told))
        for body, told in re.findall(r"respond `(.*)` (\d+)", TEXT)
    }
    body, told = answers[code]
    assert told == status
    assert body == Problems().body(code, status, {}) | {"type": "about:blank"}


def test_its_container_has_what_it_reads() -> None:
    ingress = services()["ingress"]
    assert "{$DEPLOY_SITE::80} {" in TEXT
    assert ingress["environment"]["DEPLOY_SITE"] == ":80"
    assert services(DEPLOY_SITE="tsunagi.example.jp")["ingress"]["environment"]["DEPLOY_SITE"] == "tsunagi.example.jp"
    assert {port.rsplit(":", 1)[1] for port in ingress["ports"]} == {"80", "443"}
    asked = ingress["healthcheck"]["test"][-1].rstrip("/")
    assert f"\n{asked} {{" in TEXT
    assert {mount.split(":")[1] for mount in ingress["volumes"]} == {"/etc/caddy/Caddyfile", "/data", "/config"}
