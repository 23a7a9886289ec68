"""Static files: what a module imports is found beside it, under the address that the page gives."""

import re

from services.casework.pages.home import PAGES


def test_a_module_finds_what_it_imports_beside_itself() -> None:
    named = {
        (asset.name, one)
        for asset in PAGES.assets.values()
        if asset.name.endswith(".js")
        for one in re.findall(rb'from "\./([^"]+)"', asset.plain)
    }
    assert named
    for importer, one in named:
        found = PAGES.assets.get(one.decode())
        assert found is not None, f"{importer} imports {one!r}"
        assert found.version == PAGES.assets[importer].version
