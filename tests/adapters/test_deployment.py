"""What the compose file runs, run for real: from an empty PostgreSQL and an empty Kafka to a sheet on a timeline.

Kafka is the one of deploy/kubernetes: TLS, SCRAM, and nobody may do more than docs/kafka-access.md says.
"""

import asyncio
import json
import tempfile
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError

from services.intake.api import EXAMPLE
from shared.kernel.ids import new_id
from shared.platform.clock import Clock, real_now
from shared.platform.kafka import Access, connecting
from shared.platform.lag import consumer_lag
from shared.platform.settling import topics_of
from shared.platform.tokens import read_signing_key, sign
from tests.adapters.deployed import NAMES, Deployed
from tests.running import eventually
from tests.unit.importing.made import feature, geojson
from tsunagi.client import CITY_HQ, Client, Command
from tsunagi.inside import service_of
from tsunagi.stack.layout import SERVICES

pytestmark = pytest.mark.stack

FACILITY = {"name": "訓練福祉避難所", "kind": "welfare", "ward": "28101", "invented": True}


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    """The whole deployment."""
    with tempfile.TemporaryDirectory(prefix="tsunagi-deployed-") as folder:
        Path(folder).chmod(0o711)
        made = Deployed(Path(folder))
        try:
            made.start_servers()
            made.once("keys")
            made.once("databases")
            made.make_topics()
            for service in SERVICES:
                made.once(f"{service}-migrate")
            made.start()
            yield made
        except BaseException:
            print(made.last_words())  # noqa: T201 - shown with a failure
            raise
        finally:
            made.stop()


@pytest.fixture
async def client(deployed: Deployed) -> AsyncIterator[Client]:
    key = read_signing_key(deployed.secrets / "token-signing-key.pem")
    async with Client(deployed.urls, key, Clock(), patience=30) as opened:
        yield opened


def test_every_process_is_healthy(deployed: Deployed) -> None:
    for name in NAMES:
        with urllib.request.urlopen(deployed.health(name), timeout=5) as answer:
            assert json.load(answer) == {"status": "ok"}


async def test_what_is_told_goes_through_all_of_it(deployed: Deployed, client: Client) -> None:
    """Each relay may write its topics, each worker read what it hears: a sheet and a facility come everywhere."""
    person = EXAMPLE["members"][1]["id"]  # type: ignore[index]
    await client.send(
        CITY_HQ, "transfer", "/facilities", {"id": str(new_id(real_now())), **FACILITY}, Command(new_id(real_now()))
    )
    await client.send(CITY_HQ, "intake", "/households", EXAMPLE, Command(new_id(real_now())))

    async def heard_by_casework() -> set[str]:
        page = await client.get(CITY_HQ, "casework", f"/persons/{person}/timeline")
        services = {item["type"].split(".")[1] for item in page["items"]}
        return services if {"intake", "screening"} <= services else set()

    assert await eventually(heard_by_casework, within=60)

    async def settled() -> bool:
        lags = [await consumer_lag(deployed.kafka.within, one, topics_of(service_of(one))) for one in SERVICES]
        return not any(count for lag in lags for count in lag.values())

    assert await eventually(settled, within=60)
    assert await held(deployed, ["intake.person", "keys", "screening.screening", "transfer.facility"]) == []


async def held(deployed: Deployed, topics: list[str]) -> list[str]:
    """Return those of the topics that hold nothing."""
    consumer = AIOKafkaConsumer(*topics, bootstrap_servers=deployed.kafka.within)
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
    finally:
        await consumer.stop()
    return sorted(set(topics) - {partition.topic for partition, end in ends.items() if end})


def access(deployed: Deployed, user: str) -> dict[str, Any]:
    given = deployed.kafka.settings(user)
    password = Path(given["TSUNAGI_KAFKA_PASSWORD_FILE"]).read_text().strip()
    return connecting(Access(given["TSUNAGI_KAFKA"], Path(given["TSUNAGI_KAFKA_CA_FILE"]), user, password))


@pytest.mark.parametrize(
    ("user", "topic"),
    [("intake-worker", "intake.person"), ("screening-relay", "intake.person"), ("operator", "keys")],
)
async def test_who_may_not_write_a_topic_cannot(deployed: Deployed, user: str, topic: str) -> None:
    producer = AIOKafkaProducer(**access(deployed, user), request_timeout_ms=5000)
    await producer.start()
    try:
        with pytest.raises(KafkaError) as refused:
            await asyncio.wait_for(producer.send_and_wait(topic, b"{}"), 20)
        assert isinstance(refused.value, TopicAuthorizationFailedError)
    finally:
        await producer.stop()


@pytest.mark.parametrize(
    ("user", "topic"), [("intake-worker", "casework.case"), ("transfer-worker", "intake.household")]
)
async def test_who_may_not_read_a_topic_cannot(deployed: Deployed, user: str, topic: str) -> None:
    consumer = AIOKafkaConsumer(topic, **access(deployed, user), request_timeout_ms=5000)
    try:
        with pytest.raises(TopicAuthorizationFailedError):
            await asyncio.wait_for(_first(consumer), 20)
    finally:
        await consumer.stop()


async def _first(consumer: AIOKafkaConsumer) -> object:
    await consumer.start()
    return await consumer.getone()


async def test_who_has_a_wrong_password_is_nobody(deployed: Deployed) -> None:
    wrong = access(deployed, "intake-relay") | {"sasl_plain_password": "wrong"}
    producer = AIOKafkaProducer(**wrong, request_timeout_ms=5000)
    with pytest.raises(KafkaError):
        await producer.start()
    await producer.stop()


@pytest.mark.parametrize(("login", "database"), [("intake_api", "casework"), ("casework_worker", "intake")])
async def test_a_services_logins_enter_their_own_database_only(deployed: Deployed, login: str, database: str) -> None:
    own, password = login.partition("_")[0], (deployed.secrets / login).read_text()
    connection = await asyncpg.connect(deployed.dsn(login, password, own))
    await connection.close()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(deployed.dsn(login, password, database))


async def test_somebody_signs_in_by_a_link(deployed: Deployed) -> None:
    said = deployed.once("sign-in", "--role", "city-hq", "--ward", "*", "--subject", "hq-1")
    link = next(line for line in said.splitlines() if "#" in line)
    site, _, code = link.partition("/sign-in#")
    assert site == "http://127.0.0.1:8080/casework"

    async with httpx.AsyncClient() as browser:
        opened = await browser.post(f"{deployed.urls['casework']}/session", json={"code": code})

    assert opened.status_code == 200
    assert opened.json()["next"].startswith("/casework/"), "it goes on under the ingress's path"
    assert "Path=/casework;" in opened.headers["set-cookie"]


def test_it_is_operated_from_a_container(deployed: Deployed) -> None:
    assert deployed.once("operate", "dead-letters", "list").strip() == "0 wait"
    lines = [json.loads(line) for line in deployed.once("operate", "replay").splitlines() if line.startswith("{")]
    assert {line["topic"].split(".")[0] for line in lines} >= {"intake", "screening", "transfer"}


def test_every_promise_was_kept_says_a_container(deployed: Deployed) -> None:
    assert deployed.once("operate", "verify").strip().endswith("clean")


def test_timelines_are_made_anew_from_a_container(deployed: Deployed) -> None:
    said = deployed.once("operate", "rebuild", "casework", "--json").splitlines()
    assert any(json.loads(line).get("events", 0) > 0 for line in said if line.startswith("{"))


def test_a_published_list_is_imported_from_a_container(deployed: Deployed, tmp_path: Path) -> None:
    key = read_signing_key(deployed.secrets / "token-signing-key.pem")
    token = sign(key, subject="op", roles=["operator"], wards="*")
    file = tmp_path / "list.geojson"
    file.write_bytes(geojson(feature(), feature({"NO": 2, "共通ID": "E2810099002222", "施設・場所名": "試験中学校"})))

    words = ("import", "shelters", str(file), "--to", deployed.urls["transfer"], "--token", token, "--json")
    first, again = (json.loads(deployed.once("operate", *words).splitlines()[0]) for _ in range(2))

    assert (first["new"], first["unchanged"]) == (2, 0)
    assert (again["new"], again["unchanged"]) == (0, 2)


def test_whatever_runs_once_may_run_again(deployed: Deployed) -> None:
    assert "made nothing" in deployed.once("keys")
    assert "created none" in deployed.once("databases")
    assert deployed.make_topics() == []
    assert "nothing to do" in deployed.once("intake-migrate")


async def test_a_password_that_was_changed_is_taken_over(deployed: Deployed) -> None:
    file = deployed.secrets / "casework_owner"
    file.chmod(0o600)
    file.write_text("a quite ' different \\ one")

    deployed.once("databases")

    connection = await asyncpg.connect(deployed.dsn("casework_owner", file.read_text(), "casework"))
    await connection.close()
    assert "nothing to do" in deployed.once("casework-migrate")
