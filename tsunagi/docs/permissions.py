"""docs/permissions.md: who may do what in each service, from its table of permissions."""

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec

from shared.platform.permissions import Permission, permissions_table
from tsunagi.docs.markdown import page

SERVICES = ("intake", "screening", "transfer", "casework")


def permissions_page() -> str:
    """Return docs/permissions.md."""
    tables: dict[str, Sequence[Permission]] = {
        service: import_module(f"services.{service}.permissions").PERMISSIONS
        for service in SERVICES
        if find_spec(f"services.{service}.permissions") is not None
    }
    return page("Permissions", permissions_table(tables).splitlines())
