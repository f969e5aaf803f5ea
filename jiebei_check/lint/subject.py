"""What is linted: the rule set as far as it could be read, and where in the files each part of it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from ..conditions import Condition, leaves
from ..document import Document, Path
from ..inference import consider
from ..loader import Loaded
from ..rule_conditions import comparisons
from ..rule_reader import Item
from ..ruleset import Cause, Evidence, RuleSet
from ..selftest import Seen, watch
from ..shapes import FILES, Field, Shape
from ..values import Facts


class Subject:
    """A loaded rule set for the checks; everything expensive is worked out once."""

    def __init__(self, loaded: Loaded, rules: RuleSet) -> None:
        self.rules = rules
        self.documents: Mapping[str, Document] = loaded.documents
        self.problems = loaded.problems
        self.complete = not loaded.problems
        told = {problem.file for problem in loaded.problems}
        basis = [path for path in loaded.documents if path.startswith(("facts/", "languages/", "ruleset"))]
        unread = any(re.search(r"(^|/)(facts|languages)/[^/]+$|(^|/)ruleset\.yaml$", file) for file in told)
        self.facts_complete = not unread and not any(loaded.documents[path].name in told for path in basis)

    def item(self, file: str, *path: str | int) -> Item:
        """The thing at ``path`` in a file; its data is None where there is nothing."""
        document = self.documents[file]
        data: object = document.data
        for key in path:
            if isinstance(data, dict):
                data = data.get(key)
            elif isinstance(data, list) and isinstance(key, int) and key < len(data):
                data = data[key]
            else:
                data = None
        return Item(document, path, data)

    def cause(self, cause: Cause, *path: str | int) -> Item:
        return self.item(f"causes/{cause.id}.yaml", *path)

    def step(self, cause: Cause, piece: Evidence, number: int) -> Item:
        """A step of a piece of evidence; the piece itself where it has but one. -1: what counts otherwise."""
        item = self.cause(cause, "evidence", piece.id)
        if number < 0:
            return self.cause(cause, "evidence", piece.id, "otherwise")
        return self.cause(cause, "evidence", piece.id, "steps", number) if isinstance(item.data, dict) and "steps" in item.data else item

    def fact(self, name: str) -> Item | None:
        """Where a fact is declared."""
        section, _, key = name.rpartition(".")
        file = f"facts/{section or 'profile'}.yaml"
        if file in self.documents and self.item(file, "facts", key).data is not None:
            return self.item(file, "facts", key)
        for path in self.documents:
            if path.startswith("facts/") and self.item(path, "derived", name).data is not None:
                return self.item(path, "derived", name)
        return None

    @cached_property
    def things(self) -> tuple[tuple[str, Shape, Item], ...]:
        """Every thing that has a table: (file, table, item)."""
        from fnmatch import fnmatch  # noqa: PLC0415

        found = []
        top = self.documents.get("ruleset.yaml")
        off = _get(top.data, "switch_off") if top is not None else None
        left_out = {f"causes/{name}.yaml" for name in off} if isinstance(off, list) else set()
        for file in sorted(set(self.documents) - left_out):
            key, table = next(row for pattern, row in FILES.items() if fnmatch(file, pattern))
            if not key:
                found.append((file, table, self.item(file)))
                continue
            rows = self.item(file, key)
            found += [(file, table, self.item(file, key, name)) for name in (rows.data if isinstance(rows.data, dict) else ())]
        return tuple(found)

    @cached_property
    def fields(self) -> tuple[tuple[str, Field, Item], ...]:
        """Every value that stands at a field of a table, at any depth: (file, field, item)."""
        return tuple((file, *one) for file, table, item in self.things for one in _walk(table, item))

    @cached_property
    def texts(self) -> tuple[tuple[str, Item, str, str], ...]:
        """Every sentence that people may read: (file, the text it belongs to, language, sentence)."""
        found = []
        for file, field, item in self.fields:
            if field.kind == "text" and isinstance(item.data, dict):
                found += [(file, item, language, sentence) for language, sentence in item.data.items() if isinstance(sentence, str)]
            elif file.startswith("languages/") and item.path[:1] in (("words",), ("texts",)):
                language = file.removeprefix("languages/").removesuffix(".yaml")
                found += [(file, place, language, str(place.data)) for place in _sentences(item)]
        return tuple(found)

    @cached_property
    def conditions(self) -> tuple[tuple[Condition, Item], ...]:
        """Every condition of the rule set with its place."""
        found: list[tuple[Condition, Item]] = []
        for cause in self.rules.causes:
            if cause.applies is not None:
                found.append((cause.applies, self.cause(cause, "applies")))
            for piece in cause.evidence:
                for number, step in enumerate(piece.steps):
                    place = self.step(cause, piece, number)
                    found.append((step.when, self.item(f"causes/{cause.id}.yaml", *place.path, "when")))
        found += [(check.when, self.item("checks.yaml", "checks", check.id, "when")) for check in self.rules.checks]
        found += [(alert.when, self.item("alerts.yaml", "alerts", alert.id, "when")) for alert in self.rules.alerts]
        found += [(one.when, self.item("sayings.yaml", "sayings", one.id, "when")) for one in self.rules.sayings if one.when]
        found += [
            (one.applies, self.item("actions.yaml", "actions", one.id, "applies")) for one in self.rules.actions.values() if one.applies
        ]
        for fact in self.rules.facts.values():
            place_ = self.fact(fact.id) if fact.ask_if is not None else None
            if place_ is not None:
                found.append((fact.ask_if, Item(place_.document, (*place_.path, "ask_if"), _get(place_.data, "ask_if"))))  # type: ignore[arg-type]  # the loader makes it a condition
        # a condition of which the loader had to leave something out is not what its author meant: nothing is said about it
        return tuple((condition, item) for condition, item in found if len(tuple(leaves(condition))) == len(self.comparisons(item)))

    def comparisons(self, item: Item) -> list[Path]:
        """The places of a condition's comparisons, in the order of its leaves."""
        return [path for path, _ in comparisons(item.data, item.path)]

    @cached_property
    def cases(self) -> Mapping[str, tuple[Facts, ...]]:
        """Cause -> the facts weighed in each of its own cases."""
        return {cause.id: tuple(consider(self.rules, case.given)[0] for case in cause.tests) for cause in self.rules.causes}

    @cached_property
    def all_cases(self) -> tuple[Facts, ...]:
        scenarios = tuple(consider(self.rules, scenario.given)[0] for scenario in self.rules.scenarios)
        return tuple(facts for cases in self.cases.values() for facts in cases) + scenarios

    @cached_property
    def seen(self) -> Mapping[tuple[str, str], Seen]:
        """(cause, piece of evidence) -> which of its outcomes some case shows."""
        return watch(self.rules, self.cases, self.all_cases)

    def mentioned(self, registry: str) -> frozenset[str]:
        """The ids of a registry that something refers to, whether or not they exist."""
        return self._mentions.get(registry, frozenset())

    @cached_property
    def _mentions(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        kinds = {"strength": "bits", "prior": "priors"}
        for file, field, item in self.fields:
            if field.kind in ("ref", "strength", "prior"):
                found.setdefault(kinds.get(field.kind, str(field.of)), set()).add(str(item.data))
            elif field.kind == "refs" and isinstance(item.data, list) and item.path[-1] != "moves":
                found.setdefault(str(field.of), set()).update(map(str, item.data))
            elif field.kind == "condition":
                for path, fact in comparisons(item.data, item.path):
                    found.setdefault("facts", set()).add(fact)
                    found.setdefault("choices", set()).update(_strings(self.item(file, *path).data))
            elif field.kind == "strings" and file.startswith("facts/") and "derived" in item.path:
                found.setdefault("facts", set()).update(_strings(item.data))
            elif field.kind == "strings" and item.path[-1] in ("for", "against"):
                found.setdefault("evidence", set()).update(_strings(item.data))
            elif field.kind == "profile":
                found.setdefault("choices", set()).update(_strings(item.data))
        for file in self.documents:
            if file.startswith("letters/"):  # their tables are their own; whatever they name is used
                for registry in ("sources", "actions", "facts", "causes"):
                    found.setdefault(registry, set()).update(_strings(self.item(file).data))
        return {registry: frozenset(names) for registry, names in found.items()}

    @cached_property
    def uses(self) -> Mapping[str, int]:
        """Fact -> in how many comparisons and cases it stands."""
        found: dict[str, int] = {}
        for _, field, item in self.fields:
            if field.kind == "condition":
                for _, fact in comparisons(item.data, item.path):
                    found[fact] = found.get(fact, 0) + 1
            elif field.kind == "profile" and isinstance(item.data, dict):
                for section, facts in item.data.items():
                    for key in facts if isinstance(facts, dict) else ():
                        name = f"{section}.{key}"
                        found[name] = found.get(name, 0) + 1
        return found


def _strings(data: object) -> Iterator[str]:
    if isinstance(data, dict):
        for key, inner in data.items():
            yield str(key)
            yield from _strings(inner)
    elif isinstance(data, list):
        for inner in data:
            yield from _strings(inner)
    elif data is not None:
        yield str(data)


def _get(data: object, key: str) -> object:
    return data.get(key) if isinstance(data, dict) else None


def _walk(table: Shape, item: Item) -> Iterator[tuple[Field, Item]]:
    if not isinstance(item.data, dict):
        return
    for key, field in table.items():
        if item.data.get(key) is None:
            continue
        inner = item.child(key, item.data[key])
        yield from _inside(field, inner)


def _inside(field: Field, item: Item) -> Iterator[tuple[Field, Item]]:
    yield field, item
    if field.kind == "shape":
        yield from _walk(field.of, item)  # type: ignore[arg-type]  # a shape holds a table
    elif field.kind == "list" and isinstance(item.data, list):
        for number, data in enumerate(item.data):
            yield from _walk(field.of, item.child(number, data))  # type: ignore[arg-type]
    elif field.kind == "map" and isinstance(item.data, dict):
        for key, data in item.data.items():
            if isinstance(field.of, Field):
                yield from _inside(field.of, item.child(key, data))
            else:
                yield from _walk(field.of, item.child(key, data))  # type: ignore[arg-type]


def _sentences(item: Item) -> Iterator[Item]:
    if isinstance(item.data, dict):
        for key, data in item.data.items():
            yield from _sentences(item.child(key, data))
    elif isinstance(item.data, str):
        yield item
