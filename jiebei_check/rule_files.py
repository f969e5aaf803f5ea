"""Where things stand in a folder of rules: one thing a file, or many under the one key of a file."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import PurePosixPath

from .document import Document
from .rule_conditions import ConditionReader
from .rule_reader import Item, near
from .shapes import Field

# a file that cannot be parsed -> the registry whose references are then not judged
REGISTRY_OF = {"sources.yaml": "sources", "actions.yaml": "actions", "facts/*.yaml": "facts", "passages.yaml": "passages"}


class FileReader(ConditionReader):
    """A reader that knows the documents of a rule set by their paths."""

    def __init__(self) -> None:
        super().__init__()
        self.documents: dict[str, Document] = {}
        self.opened: dict[str, dict[str, Item]] = {}

    def item(self, path: str) -> Item:
        document = self.documents[path]
        return Item(document, (), document.data)

    def each(self, pattern: str) -> list[tuple[str, Item]]:
        """(file stem, whole file) for every file of ``pattern``, in the order of names."""
        return [(PurePosixPath(path).stem, self.item(path)) for path in sorted(self.documents) if fnmatch(path, pattern)]

    def entries(self, path: str, key: str) -> dict[str, Item]:
        """The items under ``key`` in a file that holds many and nothing else."""
        if path in self.documents and path not in self.opened:
            self.opened[path] = self.open_entries(path, key)
        return self.opened.get(path, {})

    def open_entries(self, path: str, key: str) -> dict[str, Item]:
        item = self.item(path)
        before = len(self.problems)
        table = {key: Field("map", "", required=True, of=Field("any", ""))}
        for name in item.data if isinstance(item.data, dict) else ():
            if name != key:
                self.fault("unknown_rule_key", item, name, found=name, allowed=key, **near(name, table))
        rows = self.mapping(item, key).get(key)
        if rows is None:
            self.fault("missing_key", item, found=key)
        found = self.mapping(item.child(key, rows), "id: …") if rows is not None else {}
        if len(self.problems) > before:
            self.unread |= {key} & set(REGISTRY_OF.values())
        return {name: item.child(key, rows).child(name, data) for name, data in found.items()}
