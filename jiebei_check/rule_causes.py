"""Reading causes: evidence, its steps and sides, and the cases of a cause."""

from __future__ import annotations

import re
from typing import Any

from . import shapes
from .rule_facts import FactReader
from .rule_reader import Item, near
from .ruleset import Cause, Evidence, Example, Otherwise, Step

_ID = re.compile(r"[a-z][a-z0-9_-]*|[A-Z][A-Z0-9-]*", re.ASCII)


class CauseReader(FactReader):
    """A reader of ``causes/*.yaml``."""

    def read_causes(self, families: tuple[str, ...], grades: tuple[str, ...], off: tuple[str, ...]) -> tuple[Cause, ...]:
        causes = []
        for stem, item in self.each("causes/*.yaml"):
            if stem in off:
                continue
            if not _ID.fullmatch(stem):
                self.fault("bad_id", item, found=stem)
            before = len(self.problems)
            row = self.shape(shapes.CAUSE, item)
            if row is None:
                continue
            others = row.get("mistaken_for", {})
            for other in others:
                if other not in self.ids["causes"] or other == stem:
                    self.fault("unknown_id", item, "mistaken_for", other, found=other, allowed="", **near(other, self.ids["causes"]))
            evidence = self.read_evidence(item.child("evidence", row["evidence"]))
            if len(self.problems) > before:
                continue
            tests = self.read_tests(item.child("tests", row["tests"]), evidence)
            causes.append(
                Cause(
                    id=stem,
                    family=row["family"],
                    title=row["title"],
                    summary=row["summary"],
                    grade=row["grade"],
                    prior=row["prior"],
                    applies=row.get("applies"),
                    evidence=evidence,
                    mistaken_for={other: text for other, text in others.items() if other not in off},
                    actions=row["actions"],
                    tests=tests,
                    looks_like=row.get("looks_like", {}),
                )
            )
        # ties in a ranking go to what is better founded, then to the order of thinking
        order = {grade: place for place, grade in enumerate(grades)}
        thinking = {family: place for place, family in enumerate(families)}
        causes.sort(key=lambda cause: (order[cause.grade], thinking[cause.family], cause.id))
        return tuple(causes)

    def read_evidence(self, item: Item) -> tuple[Evidence, ...]:
        pieces = []
        for key, row in self.mapping(item).items():
            assert isinstance(row, dict)  # read by its table
            place = item.child(key, row)
            if not _ID.fullmatch(key):
                self.fault("bad_id", place, found=key)
            if ("steps" in row) == ("when" in row) or ("steps" in row and {"for", "against", "because"} & set(row)):
                self.fault("when_or_steps", place)
                continue
            if "steps" not in row and "because" not in row:
                self.fault("missing_key", place, found="because")
                continue
            steps = (
                tuple(self.step(step, place.child("steps", row["steps"]).child(number, step)) for number, step in enumerate(row["steps"]))
                if "steps" in row
                else (self.step(row, place),)
            )
            other = row.get("otherwise")
            otherwise = Otherwise(self.signed(other, place.child("otherwise", other)), other["because"]) if other else None
            pieces.append(Evidence(key, steps, otherwise, row["sources"], row.get("seen")))
        return tuple(pieces)

    def step(self, row: dict[str, Any], place: Item) -> Step:
        return Step(row["when"], self.signed(row, place), row["because"])

    def signed(self, row: dict[str, Any], place: Item) -> int:
        if ("for" in row) == ("against" in row):
            self.fault("for_or_against", place, *(("against",) if "against" in row else ()))
            return 0
        return int(row["for"]) if "for" in row else -int(row["against"])

    def read_tests(self, item: Item, evidence: tuple[Evidence, ...]) -> tuple[Example, ...]:
        pieces = [piece.id for piece in evidence]
        tests = []
        for name, row in self.mapping(item).items():
            assert isinstance(row, dict)  # read by its table
            named = {}
            for side in ("for", "against"):
                named[side] = tuple(row.get(side) or ())
                for number, piece in enumerate(named[side]):
                    if piece not in pieces:
                        self.fault("unknown_id", item, name, side, number, found=piece, **near(piece, pieces))
            tests.append(Example(name, row["given"], row["expect"], named["for"], named["against"]))
        return tuple(tests)
