"""docker-compose.yml without an engine: valid, and in agreement with what the processes read and the image holds."""

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

from shared.platform.process import ROLES as COMMANDS
from shared.platform.settings import PREFIX, DatabaseSettings, PlatformSettings, TsunagiSettings
from shared.platform.topics import TopicSettings
from tests.unit.deploy import composed
from tests.unit.deploy.composed import IN_CONTAINER, command, environment, ours, services
from tsunagi.commands import load_all
from tsunagi.deployment import OperatingSettings, ServerSettings
from tsunagi.docs.kafka_access import users
from tsunagi.inside import service_of
from tsunagi.stack.databases import logins
from tsunagi.stack.layout import PROJECT, ROLES, SERVICES

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "compose-spec.json").read_text("utf-8"))
PROCESSES = {f"{service}-{role}" for service in SERVICES for role in ROLES}
SETTINGS = ("deploy/trial.env", "deploy/example.env")


def settings_of(name: str) -> type[TsunagiSettings] | None:
    """Return the class by which a container of ours reads its environment; None: it reads none."""
    match command(ours()[name]):
        case ["python", "-m", module, _] if module.startswith("services."):
            return service_of(module.removeprefix("services.")).settings
        case ["python", "-m", "shared.platform.topics"]:
            return TopicSettings
        case ["tsunagi", "databases"]:
            return ServerSettings
        case ["tsunagi", "--help"]:
            return OperatingSettings
        case ["tsunagi", "sign-in", *_]:
            return DatabaseSettings
        case ["tsunagi", "keys" | "token", *_]:
            return None
    raise AssertionError(f"{name}: nobody knows {command(ours()[name])}")


def secrets_of(service: dict[str, Any]) -> dict[str, str]:
    """Return the secrets of a container: the path that it reads them at → the name."""
    return {IN_CONTAINER + name: name for name in service.get("secrets", ())}


def test_it_is_valid_under_the_schema_of_the_compose_specification() -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(composed.composed())
    jsonschema.Draft202012Validator(SCHEMA).validate(composed.written())


def test_the_schema_refuses_what_is_wrong() -> None:
    wrong = composed.composed()
    wrong["services"]["kafka"]["voluems"] = []
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(wrong)


def test_it_has_every_process_and_what_must_run_before() -> None:
    once = {
        "keys",
        "token",
        "sign-in",
        "operate",
        "databases",
        "topics",
        *(f"{service}-migrate" for service in SERVICES),
    }
    assert ours().keys() == PROCESSES | once
    assert services().keys() - ours().keys() == {"postgres", "kafka", "ingress", "prometheus"}


@pytest.mark.parametrize("name", sorted(ours()))
def test_every_command_is_there_and_takes_its_arguments(name: str) -> None:
    match command(ours()[name]):
        case ["python", "-m", module, *arguments]:
            assert importlib.util.find_spec(module), module
            if module.startswith("services."):
                assert importlib.util.find_spec(f"{module}.__main__")
                assert len(arguments) == 1
                assert arguments[0] in COMMANDS
                assert name == f"{module.removeprefix('services.')}-{arguments[0]}"
            else:
                assert not arguments
        case ["tsunagi", *arguments]:
            answer = CliRunner().invoke(load_all(), [arguments[0], "--help"])
            assert answer.exit_code == 0, answer.output
            for option in (one for one in arguments if one.startswith("--")):
                assert option in re.sub(r"\x1b\[[0-9;]*m", "", answer.output)
        case other:
            raise AssertionError(other)


@pytest.mark.parametrize("file", SETTINGS)
@pytest.mark.parametrize("name", sorted(ours()))
def test_every_variable_that_it_reads_is_set_or_has_a_default(
    name: str, file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(name)
    if settings is None:
        return
    service = ours(DEPLOY_SETTINGS=file)[name]
    (tmp_path / "secret").write_text("secret")
    given = environment(service)
    for key, value in given.items():
        if value.startswith(IN_CONTAINER):
            assert value in secrets_of(service), f"{key} names a secret that {name} is not given"
        monkeypatch.setenv(key, str(tmp_path / "secret") if value.startswith(IN_CONTAINER) else value)

    read = settings()

    for field in settings.model_fields:
        if given.get(PREFIX + field.upper()) is not None and not field.endswith(("_file", "_url")):
            assert str(getattr(read, field)).lower() == given[PREFIX + field.upper()].lower()


def known() -> set[str]:
    """Return every variable that somebody reads."""
    classes = {found for name in ours() if (found := settings_of(name))}
    return {PREFIX + field.upper() for one in classes for field in one.model_fields}


@pytest.mark.parametrize("name", sorted(ours()))
def test_every_variable_that_is_set_is_read_by_somebody(name: str) -> None:
    settings = settings_of(name)
    fields = {PREFIX + field.upper() for field in settings.model_fields} if settings else set()
    if name == "operate":  # it does its work with the parts of the services
        fields |= {PREFIX + field.upper() for field in PlatformSettings.model_fields}
    for key in ours()[name].get("environment", {}):
        assert key in fields, f"{name}: {key} is read by nobody"


@pytest.mark.parametrize("file", [*SETTINGS, None])
def test_so_is_what_the_image_and_the_env_files_set(file: str | None) -> None:
    given = composed.env_file(file) if file else composed.of_the_image()
    assert {key for key in given if key.startswith(PREFIX)} <= known()


def test_in_earnest_a_key_of_a_trial_opens_nothing() -> None:
    assert "TSUNAGI_TOKEN_KEY_FILE" not in composed.env_file("deploy/example.env")
    assert "TSUNAGI_LOCAL" not in composed.env_file("deploy/example.env")
    assert composed.env_file("deploy/example.env")["TSUNAGI_DRILL"] == "false"
    assert composed.env_file("deploy/trial.env")["TSUNAGI_DRILL"] == "true"


@pytest.mark.parametrize("name", sorted(PROCESSES | {f"{service}-migrate" for service in SERVICES}))
def test_each_enters_its_own_database_as_itself(name: str) -> None:
    service, _, role = name.partition("-")
    login = f"{service}_{'owner' if role == 'migrate' else role}"
    given = environment(ours()[name])
    assert given["TSUNAGI_DATABASE_URL"] == f"postgresql://{login}@postgres:5432/{service}"
    assert given["TSUNAGI_DATABASE_PASSWORD_FILE"] == IN_CONTAINER + login
    assert set(ours()[name]["secrets"]) == {login, "kek", "token-key"}, "what it is not to know it is not given"
    assert given.get("TSUNAGI_ROOT_PATH", "") == (f"/{service}" if role == "api" else "")


def test_the_databases_are_made_with_every_logins_password() -> None:
    every = {login for service in SERVICES for login in logins(service)}
    assert set(ours()["databases"]["secrets"]) == every | {"postgres"}


def test_every_secret_is_a_file_that_tsunagi_keys_makes(tmp_path: Path) -> None:
    CliRunner().invoke(load_all(), ["keys", str(tmp_path)])
    made = {file.name for file in tmp_path.iterdir()}
    declared = {name: one["file"] for name, one in composed.composed()["secrets"].items()}
    assert {Path(file).name for file in declared.values()} == made
    assert {str(Path(file).parent) for file in declared.values()} == {"deploy/secrets"}
    used = {name for one in services().values() for name in one.get("secrets", ())}
    assert used == declared.keys()


def test_secrets_never_reach_git() -> None:
    ignored = (PROJECT / "deploy" / "secrets" / ".gitignore").read_text().split("\n")
    assert "*" in ignored
    assert ours()["keys"]["volumes"] == ["./deploy/secrets:/secrets"]


def test_nothing_waits_for_what_is_not_there_and_each_for_what_it_needs() -> None:
    for name, one in services().items():
        for other, when in one.get("depends_on", {}).items():
            waited = services()[other]
            match when["condition"]:
                case "service_healthy":
                    assert waited["healthcheck"]["test"], other
                case "service_completed_successfully":
                    assert waited["restart"].startswith("on-failure"), f"{other} never ends"
                case "service_started":
                    assert name == "ingress"
    for service in SERVICES:
        assert services()[f"{service}-migrate"]["depends_on"].keys() == {"databases"}
        assert services()[f"{service}-api"]["depends_on"].keys() == {f"{service}-migrate"}, "it accepts without Kafka"
        for role in ("relay", "worker"):
            assert services()[f"{service}-{role}"]["depends_on"].keys() == {f"{service}-migrate", "topics"}


@pytest.mark.parametrize("name", sorted(PROCESSES))
def test_it_is_asked_for_its_health_at_the_port_where_it_answers(name: str) -> None:
    given = environment(ours()[name])
    url = re.search(r"http://127\.0\.0\.1:(\d+)(/\S+?)'", ours()[name]["healthcheck"]["test"][3])
    assert url
    assert url[1] == given["TSUNAGI_PORT" if name.endswith("-api") else "TSUNAGI_METRICS_PORT"]
    assert url[2] == "/health/ready"
    assert given["TSUNAGI_HOST"] == given["TSUNAGI_METRICS_HOST"] == "0.0.0.0"


def test_every_volume_is_declared_and_used() -> None:
    mounted = {one.partition(":")[0] for service in services().values() for one in service.get("volumes", ())}
    named = {one for one in mounted if not one.startswith(".")}
    assert named == composed.composed()["volumes"].keys()
    for path in mounted - named:
        assert (PROJECT / path).exists(), path


@pytest.mark.parametrize("name", sorted(services()))
def test_everything_is_bounded(name: str) -> None:
    one = services()[name]
    assert one["logging"]["options"] == {"max-size": "10m", "max-file": "5"}
    if one.get("profiles") == ["tools"]:
        return
    assert one["mem_limit"]
    assert one["pids_limit"]
    assert one["restart"] == ("on-failure:5" if name not in PROCESSES and one["image"] == composed.OURS else "always")
    if one["restart"] == "always":
        assert one["stop_grace_period"]


@pytest.mark.parametrize("name", sorted(ours()))
def test_ours_have_no_rights_and_nothing_to_write_to(name: str) -> None:
    one = ours()[name]
    assert one["user"] == "10001:10001"
    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert environment(one)["TSUNAGI_DATADIR"].startswith("/tmp/")


def test_kafka_and_postgres_are_reached_from_within_only() -> None:
    assert composed.composed()["networks"]["inside"]["internal"] is True
    for name, one in services().items():
        if name not in {"ingress", "prometheus"}:
            assert "ports" not in one, f"{name} would be open to the outside"
    assert services()["ingress"]["networks"] == ["edge"], "the ingress reaches the apis and nothing else"
    assert {name for name in PROCESSES if "edge" in ours()[name]["networks"]} == {f"{one}-api" for one in SERVICES}


def test_a_trial_is_not_open_to_the_world() -> None:
    for name in ("ingress", "prometheus"):
        assert all(port.startswith("127.0.0.1:") for port in services()[name]["ports"])


def test_only_who_talks_to_kafka_is_told_of_it() -> None:
    """Kafka's users are the relays and the workers (and the operator's tools)."""
    told = {user.name for user in users()} - {"operator"}
    assert told == {name for name in PROCESSES if not name.endswith("-api")}
    for name in PROCESSES:
        assert environment(ours()[name]).get("TSUNAGI_KAFKA") == ("kafka:9092" if name in told else None)
    advertised = services()["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"]
    assert advertised == "PLAINTEXT://kafka:9092"
    assert services()["kafka"]["environment"]["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
