"""The assessment schemes that come with the software: data with a version, which a city may replace."""

from importlib.resources import files


def packaged(name: str) -> bytes:
    """Return the scheme of that name (a part of the package, like its code)."""
    return (files(__name__) / f"{name}.json").read_bytes()
