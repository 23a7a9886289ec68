"""Templates and static files of one service, over those of the platform.

What a template may name: `now`, `drill`, `caller`, `csrf`, `url(path)`, `asset(name)`, `may(action)`, `new_id()`, and
the filters of `times` and `|number`, `|label("HANDOFF")`. Everything is escaped; a name that is not there is an error.
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final, NamedTuple

from jinja2 import Environment, PackageLoader, PrefixLoader, StrictUndefined
from jinja2.loaders import ChoiceLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse

from shared.contracts import codes
from shared.kernel.ids import new_id
from shared.platform.access import Call
from shared.platform.clock import real_now
from shared.platform.pages import times
from shared.platform.pages.sessions import csrf_of

PLATFORM: Final = "shared.platform.pages"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
"""What every page says: what it may load, and that nobody keeps a copy of it."""


class Asset(NamedTuple):
    """A static file, held in memory: its bytes as they are and packed, under an address that changes with them.

    All files of a service have one version: a module names the next one relative to itself (`./live.js`).
    """

    name: str
    version: str
    media_type: str
    plain: bytes
    packed: bytes


def _label(code: str | None, name: str) -> str:
    return "" if code is None else codes.ALL[name].label(code)


def _number(value: int) -> str:
    return f"{value:,}"


class Pages:
    """The pages of one service."""

    def __init__(self, package: str, *, home: str = "/pages/board") -> None:
        """`package` holds `templates/` and `static/`; `home` is the page that somebody who signed in sees first."""
        self.home = home
        own = PackageLoader(package)
        platform = PackageLoader(PLATFORM)
        self._environment = Environment(
            loader=ChoiceLoader([own, platform, PrefixLoader({"platform": platform})]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(
            clock=times.clock,
            day=times.day,
            daytime=times.daytime,
            full=times.full,
            iso=times.iso,
            span=times.span,
            ago=times.ago,
            number=_number,
            label=_label,
        )
        self._environment.globals.update(new_id=lambda: str(new_id(real_now())))
        self.assets = _assets(PLATFORM, package)

    def answer(
        self, request: Request, call: Call | None, template: str, context: Mapping[str, Any], *, status: int = 200
    ) -> HTMLResponse:
        """Render a page. `call` is None on the few pages that nobody has to be signed in for."""
        csrf = csrf_of(request)
        html = self._environment.get_template(template).render(self._surroundings(request, call, csrf) | dict(context))
        return HTMLResponse(html, status, HEADERS)

    def part(self, request: Request, call: Call, template: str, context: Mapping[str, Any]) -> str:
        """Render a part of a page that many are sent alike: nothing of one caller's session is in it."""
        return self._environment.get_template(template).render(self._surroundings(request, call, "") | dict(context))

    def _surroundings(self, request: Request, call: Call | None, csrf: str) -> dict[str, Any]:
        root = str(request.scope.get("root_path", ""))
        parts = request.app.state.parts

        def may(action: str) -> bool:
            known = request.app.state.permissions.get(action)
            return call is not None and known is not None and bool(call.caller.roles & known.roles.keys())

        return {
            "now": parts.clock.now(),
            "rate": parts.clock.rate,
            "drill": parts.settings.drill,
            "caller": None if call is None else call.caller,
            "csrf": csrf,
            "url": lambda path: root + path,
            "asset": lambda name: f"{root}/assets/{self.assets[name].version}/{name}",
            "may": may,
            "theme": None,
        }


def _assets(*packages: str) -> dict[str, Asset]:
    """Read the static files of these packages; of two with one name, that of the later package."""
    plain = {
        file.name: file.read_bytes() for package in packages for file in files(package).joinpath("static").iterdir()
    }
    version = hashlib.sha256(b"".join(name.encode() + plain[name] for name in sorted(plain))).hexdigest()[:12]
    return {
        name: Asset(
            name,
            version,
            mimetypes.guess_type(name)[0] or "application/octet-stream",
            content,
            gzip.compress(content, 9, mtime=0),
        )
        for name, content in plain.items()
    }
