"""deploy/kubernetes without a cluster: each manifest strictly valid, and all of them in agreement with one another,
with the compose file and with what the processes read and serve."""

import copy
import re
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from shared.contracts.topics import TOPICS
from shared.platform.settings import PREFIX, PlatformSettings
from tests.unit.deploy import composed
from tests.unit.deploy.test_compose import PROCESSES
from tsunagi.deployment import OperatingSettings
from tsunagi.docs.kafka_access import users
from tsunagi.inside import service_of
from tsunagi.stack.databases import logins
from tsunagi.stack.layout import PROJECT, ROLES, SERVICES

FOLDER = PROJECT / "deploy" / "kubernetes"
LAYERS = ("infrastructure", "migrate", "services", "operate")
OPERATORS = yaml.safe_load((Path(__file__).parent / "schemas" / "operators.yaml").read_text("utf-8"))
KUBERNETES = "1.34"
GROUPS = {
    "kafka.strimzi.io/v1": {"Kafka", "KafkaNodePool", "KafkaTopic", "KafkaUser"},
    "postgresql.cnpg.io/v1": {"Cluster", "Database", "ScheduledBackup"},
}


def documents(file: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(file.read_text("utf-8")))


FILES = sorted(FOLDER.rglob("*.yaml"))
ALL = [one for file in FILES if file.name != "kustomization.yaml" for one in documents(file)]
KUSTOMIZATIONS = {layer: documents(FOLDER / layer / "kustomization.yaml")[0] for layer in LAYERS}


def kind(name: str) -> dict[str, dict[str, Any]]:
    """Return every resource of a kind by its name."""
    return {one["metadata"]["name"]: one for one in ALL if one["kind"] == name}


def pod(one: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = one["spec"]["template"]["spec"]
    return found


def container(one: dict[str, Any]) -> dict[str, Any]:
    (found,) = pod(one)["containers"]
    return dict(found)


OPERATE = kind("Deployment")["operate"]
RUNNING = {name: one for name, one in {**kind("Deployment"), **kind("Job")}.items() if one is not OPERATE}


def validate(one: dict[str, Any]) -> None:
    """Raise where a resource is not valid; a field that is not known is not."""
    if one["kind"] in GROUPS.get(one["apiVersion"], ()):
        schema = {
            "$defs": OPERATORS["$defs"],
            "type": "object",
            "required": ["apiVersion", "kind", "metadata", "spec"],
            "properties": {
                "apiVersion": {},
                "kind": {},
                "metadata": {"$ref": "#/$defs/metadata"},
                "spec": {"$ref": f"#/$defs/{one['kind']}"},
            },
            "additionalProperties": False,
        }
        jsonschema.Draft202012Validator(schema).validate(one)
    else:
        kubernetes_validate.validate(one, KUBERNETES, strict=True)


@pytest.mark.parametrize("one", ALL, ids=lambda one: f"{one['kind']}-{one['metadata']['name']}")
def test_it_is_valid(one: dict[str, Any]) -> None:
    validate(one)


@pytest.mark.parametrize("name", ["Deployment", "Job", "Kafka", "KafkaNodePool", "KafkaUser", "Cluster", "Database"])
def test_a_field_that_is_not_known_is_refused(name: str) -> None:
    one = copy.deepcopy(next(one for one in ALL if one["kind"] == name))
    one["spec"]["replicsa"] = 3
    with pytest.raises((jsonschema.ValidationError, kubernetes_validate.ValidationError)):
        validate(one)


def test_every_file_belongs_to_a_layer_and_no_name_is_there_twice() -> None:
    named = [FOLDER / layer / name for layer in LAYERS for name in KUSTOMIZATIONS[layer]["resources"]]
    assert sorted([*named, *(FOLDER / layer / "kustomization.yaml" for layer in LAYERS)]) == FILES
    names = [(one["kind"], one["metadata"]["name"]) for one in ALL]
    assert len(names) == len(set(names))
    assert {one["namespace"] for one in KUSTOMIZATIONS.values()} == set(kind("Namespace"))


def test_it_has_every_process_and_every_migration() -> None:
    assert kind("Deployment").keys() == PROCESSES | {"operate"}
    assert kind("Job").keys() == {f"{service}-migrate" for service in SERVICES}
    assert kind("Service").keys() == {f"{service}-api" for service in SERVICES}
    assert kind("PodDisruptionBudget").keys() == PROCESSES


def environment(name: str) -> dict[str, str]:
    """Return what a process is told: by the image, by the settings for all, by itself."""
    own = {one["name"]: one["value"] for one in container(RUNNING[name])["env"]}
    (source,) = container(RUNNING[name])["envFrom"]
    return {**composed.of_the_image(), **kind("ConfigMap")[source["configMapRef"]["name"]]["data"], **own}


@pytest.mark.parametrize("name", sorted(RUNNING))
def test_it_runs_what_the_compose_file_runs(name: str) -> None:
    assert container(RUNNING[name])["command"] == composed.command(composed.ours()[name])
    assert container(RUNNING[name])["image"] == "tsunagi"
    for layer in ("migrate", "services", "operate"):
        assert [one["name"] for one in KUSTOMIZATIONS[layer]["images"]] == ["tsunagi"]
        assert KUSTOMIZATIONS[layer]["images"] == KUSTOMIZATIONS["services"]["images"], "one release"


@pytest.mark.parametrize("name", sorted(RUNNING))
def test_what_it_reads_is_set_or_has_a_default_and_what_is_set_is_read(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = service_of(name.partition("-")[0]).settings
    (tmp_path / "secret").write_text("secret")
    mounts = {one["mountPath"] for one in container(RUNNING[name])["volumeMounts"]}
    for key, value in environment(name).items():
        if key.startswith(PREFIX):
            assert key.removeprefix(PREFIX).lower() in settings.model_fields, f"{key} is read by nobody"
        if value.startswith("/run/"):
            assert str(Path(value).parent) in mounts, f"{key}: nothing is mounted at {value}"
            value = str(tmp_path / "secret")  # noqa: PLW2901
        monkeypatch.setenv(key, value)

    read = settings()

    assert not read.drill
    assert not read.local
    assert read.token_jwks_url


@pytest.mark.parametrize("name", sorted(RUNNING))
def test_it_is_given_its_own_secrets_and_no_others(name: str) -> None:
    service, _, role = name.partition("-")
    role = "owner" if role == "migrate" else role
    volumes = {one["name"]: one for one in pod(RUNNING[name])["volumes"]}
    given = {one["secret"]["secretName"] for one in volumes.values() if "secret" in one}
    kafka = {f"{service}-{role}", "tsunagi-cluster-ca-cert"} if role in {"relay", "worker"} else set()
    assert given == {f"postgres-{service}-{role}", "postgres-ca", "kek"} | kafka
    assert {one["name"] for one in container(RUNNING[name])["volumeMounts"]} == volumes.keys()
    url = environment(name)["TSUNAGI_DATABASE_URL"]
    assert url.startswith(f"postgresql://{service}_{role}@postgres-rw:5432/{service}?sslmode=verify-full&sslrootcert=")
    assert environment(name).get("TSUNAGI_KAFKA_USER") == (f"{service}-{role}" if kafka else None)
    assert environment(name).get("TSUNAGI_ROOT_PATH") == (f"/{service}" if role == "api" else None)


def test_an_operator_has_what_the_commands_ask_for_and_only_while_it_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_text("secret")
    (container_,) = pod(OPERATE)["containers"]
    known = PlatformSettings.model_fields.keys() | OperatingSettings.model_fields.keys()
    for one in container_["env"]:
        assert one["name"].removeprefix(PREFIX).lower() in known
        monkeypatch.setenv(one["name"], str(tmp_path / "secret") if one["value"].startswith("/run/") else one["value"])
    settings = OperatingSettings()
    assert settings.kafka_user in {user.name for user in users()}
    volumes = {one["name"]: one for one in pod(OPERATE)["volumes"]}
    assert volumes.keys() == {one["name"] for one in container_["volumeMounts"]}
    sources = [one["secret"] for one in volumes["passwords"]["projected"]["sources"]]
    files = {one["items"][0]["path"]: one["name"] for one in sources}
    wanted = {f"{service}_{role}" for service in SERVICES for role in ("owner", "worker")}
    assert files == {login: f"postgres-{login.replace('_', '-')}" for login in wanted}
    assert OPERATE["spec"]["replicas"] == 0


def test_every_secret_is_made_by_somebody() -> None:
    generated = {one["name"]: one for one in KUSTOMIZATIONS["infrastructure"]["secretGenerator"]}
    by_operators = {"postgres-ca", "tsunagi-cluster-ca-cert", *kind("KafkaUser")}
    for name in RUNNING:
        for volume in pod(RUNNING[name])["volumes"]:
            if "secret" in volume:
                assert volume["secret"]["secretName"] in generated.keys() | by_operators
    every = {login for service in SERVICES for login in logins(service)}
    for login in every:
        made = generated[f"postgres-{login.replace('_', '-')}"]
        assert made["type"] == "kubernetes.io/basic-auth"
        assert made["literals"] == [f"username={login}"]
        assert made["files"] == [f"password=secrets/{login}"], "the file that `tsunagi keys` makes"
    assert generated["kek"]["files"] == ["kek=secrets/kek"]
    assert len(generated) == len(every) + 1


def test_postgresql_has_every_database_and_login() -> None:
    (cluster,) = kind("Cluster").values()
    roles = {one["name"]: one for one in cluster["spec"]["managed"]["roles"]}
    assert roles.keys() == {login for service in SERVICES for login in logins(service)}
    for login, role in roles.items():
        assert role["login"]
        assert role["passwordSecret"]["name"] == f"postgres-{login.replace('_', '-')}"
    assert {name: one["spec"]["owner"] for name, one in kind("Database").items()} == {
        service: f"{service}_owner" for service in SERVICES
    }
    for one in kind("Database").values():
        assert one["spec"]["cluster"]["name"] == cluster["metadata"]["name"]
        assert (one["spec"]["localeCType"], one["spec"]["encoding"]) == ("C.UTF-8", "UTF8")


def test_it_takes_as_many_connections_as_the_processes_may_open() -> None:
    settings = service_of("intake").settings.model_fields
    each = {"api": settings["pool_most"].default, "worker": settings["pool_most"].default, "relay": 4 + 1}
    wanted = sum(
        each[name.partition("-")[2]] * one["spec"]["replicas"]
        for name, one in kind("Deployment").items()
        if one is not OPERATE
    )
    (cluster,) = kind("Cluster").values()
    assert wanted < int(cluster["spec"]["postgresql"]["parameters"]["max_connections"])


def test_kafka_has_every_topic_and_every_user() -> None:
    assert {name: one["spec"]["partitions"] for name, one in kind("KafkaTopic").items()} == {
        topic.name: topic.partitions for topic in TOPICS
    }
    for topic in TOPICS:
        config = kind("KafkaTopic")[topic.name]["spec"]["config"]
        assert {key: str(value) for key, value in config.items()} == {**topic.config, "min.insync.replicas": "2"}
    assert kind("KafkaUser").keys() == {user.name for user in users()}
    (kafka,) = kind("Kafka").values()
    (listener,) = kafka["spec"]["kafka"]["listeners"]
    assert listener["tls"]
    assert listener["authentication"]["type"] == "scram-sha-512"
    assert kafka["spec"]["kafka"]["authorization"]["type"] == "simple", "what is not allowed is refused"
    assert kafka["spec"]["kafka"]["config"]["auto.create.topics.enable"] is False
    host = f"{kafka['metadata']['name']}-kafka-bootstrap:{listener['port']}"
    assert {environment(name)["TSUNAGI_KAFKA"] for name in PROCESSES if not name.endswith("-api")} == {host}
    for one in (*kind("KafkaTopic").values(), *kind("KafkaUser").values(), *kind("KafkaNodePool").values()):
        assert one["metadata"]["labels"]["strimzi.io/cluster"] == kafka["metadata"]["name"]


@pytest.mark.parametrize("name", sorted(PROCESSES))
def test_it_is_asked_for_its_health_where_it_answers(name: str) -> None:
    found = container(RUNNING[name])
    ports = {one["name"]: one["containerPort"] for one in found["ports"]}
    given = environment(name)
    assert ports["status"] == int(given["TSUNAGI_METRICS_PORT"])
    asked = "status"
    if name.endswith("-api"):
        assert ports["http"] == int(given["TSUNAGI_PORT"])
        asked = "http"
    for probe, path in (("startupProbe", "ready"), ("readinessProbe", "ready"), ("livenessProbe", "live")):
        assert found[probe]["httpGet"] == {"path": f"/health/{path}", "port": asked}
    patience = found["startupProbe"]["periodSeconds"] * found["startupProbe"]["failureThreshold"]
    assert patience > service_of("intake").settings.model_fields["patience"].default, "it may wait for PostgreSQL"
    assert pod(RUNNING[name])["terminationGracePeriodSeconds"] >= 15, "a worker takes up to ten seconds"
    annotations = RUNNING[name]["spec"]["template"]["metadata"]["annotations"]
    assert annotations["prometheus.io/port"] == given["TSUNAGI_METRICS_PORT"]


@pytest.mark.parametrize("name", sorted(RUNNING))
def test_it_has_no_rights_and_bounded_means(name: str) -> None:
    assert not pod(RUNNING[name])["automountServiceAccountToken"]
    assert pod(RUNNING[name])["securityContext"]["runAsNonRoot"]
    assert pod(RUNNING[name])["securityContext"]["runAsUser"] == 10001
    assert pod(RUNNING[name])["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container(RUNNING[name])["securityContext"] == {
        "readOnlyRootFilesystem": True,
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    }
    for bound in ("requests", "limits"):
        assert container(RUNNING[name])["resources"][bound].keys() == {"cpu", "memory"}
    assert "/tmp" in {one["mountPath"] for one in container(RUNNING[name])["volumeMounts"]}, "Faust wants a folder"


@pytest.mark.parametrize("role", ROLES)
def test_the_services_are_deployed_alike(role: str) -> None:
    first, *others = (yaml.safe_dump(RUNNING[f"{service}-{role}"]).replace(service, "SERVICE") for service in SERVICES)
    assert others == [first] * 3


@pytest.mark.parametrize("name", sorted(PROCESSES))
def test_selectors_find_their_pods(name: str) -> None:
    one = RUNNING[name]
    labels = one["spec"]["template"]["metadata"]["labels"]
    assert one["spec"]["selector"]["matchLabels"] == labels
    assert kind("PodDisruptionBudget")[name]["spec"]["selector"]["matchLabels"] == labels
    for constraint in pod(one)["topologySpreadConstraints"]:
        assert constraint["labelSelector"]["matchLabels"] == labels
    found = [other for other in RUNNING if RUNNING[other]["spec"]["template"]["metadata"]["labels"] == labels]
    assert found == [name]
    if name.endswith("-api"):
        assert kind("Service")[name]["spec"]["selector"] == labels


def test_the_way_in_leads_to_the_services_and_nowhere_else() -> None:
    (ingress,) = kind("Ingress").values()
    (rule,) = ingress["spec"]["rules"]
    ways = {one["path"]: one["backend"]["service"]["name"] for one in rule["http"]["paths"]}
    assert ways == {f"/{service}": f"{service}-api" for service in SERVICES}
    assert {one["pathType"] for one in rule["http"]["paths"]} == {"Prefix"}
    assert ingress["spec"]["tls"][0]["hosts"] == [rule["host"]]
    for path, name in ways.items():
        assert environment(name)["TSUNAGI_ROOT_PATH"] == path
        assert kind("Service")[name]["spec"]["ports"][0]["name"] == "http"


def selected(policy: dict[str, Any]) -> set[str]:
    """Return which of ours a network policy is about."""
    selector = policy["spec"]["podSelector"]
    names = set()
    for name in RUNNING:
        labels = RUNNING[name]["spec"]["template"]["metadata"]["labels"]
        exact = selector.get("matchLabels", {}).items() <= labels.items()
        if exact and all(labels[one["key"]] in one["values"] for one in selector.get("matchExpressions", ())):
            names.add(name)
    return names


def test_a_pod_reaches_what_it_needs_and_nothing_more() -> None:
    policies = kind("NetworkPolicy")
    assert selected(policies["processes"]) == set(RUNNING)
    assert selected(policies["api"]) == {name for name in PROCESSES if name.endswith("-api")}
    assert selected(policies["kafka"]) == {name for name in PROCESSES if not name.endswith("-api")}
    ports = {
        name: {port["port"] for rule in one["spec"].get("egress", ()) for port in rule["ports"]}
        for name, one in policies.items()
    }
    assert ports == {"processes": {53, 5432}, "api": {443}, "kafka": {9093}, "postgres": set()}
    assert {port["port"] for rule in policies["api"]["spec"]["ingress"] for port in rule["ports"]} == {8000}


def test_secrets_never_reach_git() -> None:
    assert "*" in (FOLDER / "infrastructure" / "secrets" / ".gitignore").read_text().split("\n")
    for file in FILES:
        assert not re.search(r"(?i)password: *['\"]?\w", file.read_text("utf-8")), file
