"""A set of codes with their labels: what a code may be, and what a person reads in its place."""

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

Language = Literal["ja", "en"]


class Label(NamedTuple):
    """What a person reads in place of a code. Where a form has a wording of its own, `ja` is that wording."""

    ja: str
    en: str


class Codes(Mapping[str, Label]):
    """One set, in the order of its form. Sets are open: readers keep, and show as they are, codes not listed here."""

    def __init__(self, name: str, about: str, source: str, labels: Mapping[str, tuple[str, str]]) -> None:
        """`source` says where the set comes from: a seed, `R` (reconstructed) or `O` (our own)."""
        self.name = name
        self.about = about
        self.source = source
        self._labels = {code: Label(*label) for code, label in labels.items()}

    def __getitem__(self, code: str) -> Label:
        """Return the label of a code of this set. Raises KeyError; to show a code to somebody, use `label`."""
        return self._labels[code]

    def __contains__(self, code: object) -> bool:
        return code in self._labels

    def __iter__(self) -> Iterator[str]:
        return iter(self._labels)

    def __len__(self) -> int:
        return len(self._labels)

    def __repr__(self) -> str:
        return f"codes.{self.name}"

    def label(self, code: str, language: Language = "ja") -> str:
        """Return what to show for a code; one that this release does not know is shown as itself."""
        known = self._labels.get(code)
        return code if known is None else getattr(known, language)
