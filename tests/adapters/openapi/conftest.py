"""Each service as it is deployed, its API on a real socket and a database of its own, and people in every state."""

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from importlib import import_module

import pytest

from shared.platform.parts import Parts, open_parts
from shared.platform.process import Service
from shared.platform.tokens import read_signing_key
from shared.platform.web import Api
from tests.adapters.openapi.worlds import WORLDS, Known
from tests.adapters.web.serving import served
from tests.fresh import MakeDatabase
from tests.matrix import Token, sign_with


@dataclass(frozen=True)
class Deployed:
    """A service that answers: its application, where, what signs tokens for it, and what is there to ask about."""

    app: Api
    port: int
    token: Token
    known: Known


Deploy = Callable[[str], AbstractAsyncContextManager[Deployed]]


@pytest.fixture
def deploy(database: MakeDatabase, monkeypatch: pytest.MonkeyPatch) -> Deploy:
    """Return `deploy(service)`, an asynchronous context in which it answers."""

    @contextlib.asynccontextmanager
    async def parts(name: str, environment: dict[str, str]) -> AsyncIterator[Parts]:
        service: Service = import_module(f"services.{name}.wiring").SERVICE
        with monkeypatch.context() as patched:
            for variable, value in environment.items():
                if variable.startswith("TSUNAGI_"):
                    patched.setenv(variable, value)
            settings = service.settings()
        async with open_parts(name, settings, service.ledger, service.project) as opened:
            yield opened

    @contextlib.asynccontextmanager
    async def deployed(name: str) -> AsyncIterator[Deployed]:
        fresh = database(name, migrate=True)
        async with (
            parts(name, fresh.environment("api")) as api,
            parts(name, fresh.environment("worker")) as worker,
        ):
            app = import_module(f"services.{name}.api").make_api(api)
            token = sign_with(read_signing_key(fresh.stack.layout.signing_key))
            async with served(app) as port:
                known = {**await WORLDS[name](api, worker), "code": ["access.denied"]}
                yield Deployed(app, port, token, known)

    return deployed
