# ruff: noqa: E501 - patterns and phrases are easier to read on one line
"""Single mistakes that people make in rule files, each made at a random place with a known line."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple


class Mutation(NamedTuple):
    """One mistake: its kind, the file, the new content, and the lines on which it may rightly be reported."""

    kind: str
    file: str
    content: str
    lines: range
    note: str


Files = dict[str, str]
Maker = Callable[[Files, random.Random], Mutation | None]
KINDS: dict[str, Maker] = {}
_TRIES = 60


def kind(maker: Maker) -> Maker:
    KINDS[maker.__name__] = maker
    return maker


def mutations(files: Files, seed: int, each: int) -> Iterator[Mutation]:
    """``each`` different mistakes of every kind, the same for the same seed."""
    for name, maker in KINDS.items():
        rng = random.Random(f"{seed} {name}")
        seen: set[tuple[str, str]] = set()
        for _ in range(_TRIES * each):
            made = maker(files, rng)
            if made is not None and (made.file, made.content) not in seen and made.content != files[made.file]:
                seen.add((made.file, made.content))
                yield made
                if len(seen) == each:
                    break


# --- tools


def _pick(files: Files, rng: random.Random, pattern: str, folder: str = "causes/") -> tuple[str, re.Match[str]] | None:
    file = rng.choice(sorted(path for path in files if path.startswith(folder)))
    found = list(re.finditer(pattern, files[file], re.MULTILINE))
    return (file, rng.choice(found)) if found else None


def _replace(files: Files, kind_: str, file: str, start: int, end: int, by: str, *, after: int = 0, before: int = 0) -> Mutation:
    text = files[file]
    line = text[:start].count("\n") + 1
    return Mutation(kind_, file, text[:start] + by + text[end:], range(line - before, line + after + 1), f"{text[start:end]!r} -> {by!r}")


def _typo(word: str, rng: random.Random) -> str:
    if len(word) < 3:
        return word + word[-1]
    place = rng.randrange(1, len(word) - 1)
    return rng.choice(
        [
            word[:place] + word[place + 1 :],
            word[:place] + word[place] + word[place:],
            word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :],
            word[:place] + rng.choice("aeinorst") + word[place + 1 :],
        ]
    )


def _swap_in(
    files: Files,
    rng: random.Random,
    name: str,
    pattern: str,
    group: int | str,
    folder: str = "causes/",
    by: Callable[[str], str] | None = None,
) -> Mutation | None:
    found = _pick(files, rng, pattern, folder)
    if found is None:
        return None
    file, match = found
    word = match[group]
    new = by(word) if by else _typo(word, rng)
    return _replace(files, name, file, match.start(group), match.end(group), new)


def _block(text: str, start: int) -> int:
    """The end of the block of the line at ``start``: the following lines that are indented deeper."""
    lines = text[start:].split("\n")
    indent = len(lines[0]) - len(lines[0].lstrip())
    end = start + len(lines[0])
    for line in lines[1:]:
        if line.strip() and len(line) - len(line.lstrip()) <= indent:
            break
        end += 1 + len(line)
    return end


def _tests(text: str, expect: str) -> list[tuple[int, int]]:
    """(start, end) of every case that expects one of ``expect``."""
    first = text.find("\ntests:\n")
    found = []
    for match in re.finditer(r"^  \S.*:$", text[first:], re.MULTILINE):
        start = first + match.start()
        end = _block(text, start)
        if re.search(rf"^    expect: (?:{expect})$", text[start:end], re.MULTILINE):
            found.append((start, end))
    return found


_KEYS = "family|title|summary|grade|prior|evidence|when|for|against|because|sources|steps|otherwise|tests|given|expect|actions|mistaken_for"


# --- kinds


@kind
def key_typo(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "key_typo", rf"^\s*(?:- )?({_KEYS}):", 1)


@kind
def key_typo_elsewhere(files: Files, rng: random.Random) -> Mutation | None:
    folder = rng.choice(["facts/", "actions", "sources", "sayings", "checks", "alerts", "scenarios/", "ruleset"])
    return _swap_in(files, rng, "key_typo_elsewhere", r"^\s+([a-z_]{4,}):", 1, folder)


@kind
def fact_typo(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "fact_typo", r"when: .*?\b(?:line|activity|borrowing|repayment|credit|account|person)\.(\w+):", 1)


@kind
def fact_typo_in_case(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "fact_typo_in_case", r"^    given: .*\b([a-z_0-9]{6,}): ", 1)


@kind
def section_typo(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "section_typo", r"\b(line|activity|borrowing|repayment|credit|account|person)\.\w+: ", 1)


@kind
def choice_typo(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "choice_typo", r"(?:change|message|product|entry_now|decline|lender_shown): \[?([a-z_]{4,})", 1)


@kind
def matcher_typo(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "matcher_typo", r"\{(at_least|at_most|more_than|less_than): ", 1)


def _threshold(files: Files, rng: random.Random, name: str, by: Callable[[float], float]) -> Mutation | None:
    found = _pick(files, rng, r"(?:at_least|at_most|more_than|less_than): (\d+(?:\.\d+)?)(?=[,}])")
    if found is None or float(found[1][1]) == 0:
        return None
    file, match = found
    return _replace(files, name, file, match.start(1), match.end(1), f"{by(float(match[1])):.10g}")


@kind
def threshold_times_ten(files: Files, rng: random.Random) -> Mutation | None:
    return _threshold(files, rng, "threshold_times_ten", lambda number: number * 10)


@kind
def threshold_tenth(files: Files, rng: random.Random) -> Mutation | None:
    return _threshold(files, rng, "threshold_tenth", lambda number: number / 10)


@kind
def threshold_plus_ten(files: Files, rng: random.Random) -> Mutation | None:
    found = _pick(files, rng, r"(?:at_least|at_most|more_than|less_than): (\d{1,2})(?=[,}])")
    if found is None or found[1][1] == "0":
        return None
    file, match = found
    return _replace(files, "threshold_plus_ten", file, match.start(1), match.end(1), str(int(match[1]) + 10))


@kind
def year_off_by_ten(files: Files, rng: random.Random) -> Mutation | None:
    found = _pick(files, rng, r"(?:at_least|at_most|more_than|less_than): (\d{4})-\d\d")
    if found is None:
        return None
    file, match = found
    return _replace(files, "year_off_by_ten", file, match.start(1), match.end(1), str(int(match[1]) - 10))


@kind
def for_against_swapped(files: Files, rng: random.Random) -> Mutation | None:
    other = {"for": "against", "against": "for"}
    return _swap_in(
        files, rng, "for_against_swapped", r"^\s+(for|against): (?:slight|moderate|strong|decisive)$", 1, by=lambda word: other[word]
    )


@kind
def strength_typo(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "strength_typo", r"^\s+(?:for|against): (slight|moderate|strong|decisive)$", 1)


@kind
def lost_language(files: Files, rng: random.Random) -> Mutation | None:
    found = _pick(files, rng, r"^( +)(zh|en): .+\n", rng.choice(["causes/", "facts/", "actions", "sayings", "sources"]))
    if found is None:
        return None
    file, match = found
    end = _block(files[file], match.start()) + 1
    return _replace(files, "lost_language", file, match.start(), end, "", before=1)


@kind
def lost_language_in_flow(files: Files, rng: random.Random) -> Mutation | None:
    folder = rng.choice(["causes/", "facts/", "actions", "sources", "ruleset"])
    return _swap_in(files, rng, "lost_language_in_flow", r"\{zh: [^{}]*?(, en: [^{}]*)\}", 1, folder, by=lambda _: "")


@kind
def empty_text(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "empty_text", r"^ +(?:zh|en): ([^>|\s].*)$", 1, rng.choice(["causes/", "facts/"]), by=lambda _: '""')


@kind
def wrong_language(files: Files, rng: random.Random) -> Mutation | None:
    found = _pick(files, rng, r"^( +)zh: ([^>\s].*)\n +en: ([^>\s].*)$")
    if found is None or '"' in found[1][0] or "'" in found[1][3] or "," in found[1][3]:
        return None
    file, match = found
    return _replace(files, "wrong_language", file, match.start(2), match.end(2), match[3], after=1)


@kind
def near_misses_dropped(files: Files, rng: random.Random) -> Mutation | None:
    file = rng.choice(sorted(path for path in files if path.startswith("causes/")))
    text = files[file]
    for start, end in reversed(_tests(text, "absent|lower")):
        text = text[:start] + text[end + 1 :]
    line = text[: text.find("\ntests:\n")].count("\n") + 2
    return Mutation("near_misses_dropped", file, text, range(line - 1, line + 2), "all near misses")


@kind
def hits_dropped(files: Files, rng: random.Random) -> Mutation | None:
    file = rng.choice(sorted(path for path in files if path.startswith("causes/")))
    text = files[file]
    for start, end in reversed(_tests(text, "top|listed")):
        text = text[:start] + text[end + 1 :]
    line = text[: text.find("\ntests:\n")].count("\n") + 2
    return Mutation("hits_dropped", file, text, range(line - 1, line + 2), "all hits")


@kind
def one_near_miss_dropped(files: Files, rng: random.Random) -> Mutation | None:
    file = rng.choice(sorted(path for path in files if path.startswith("causes/")))
    start, end = rng.choice(_tests(files[file], "absent|lower"))
    return Mutation("one_near_miss_dropped", file, files[file][:start] + files[file][end + 1 :], range(1, 1000), files[file][start:end])


@kind
def near_miss_far(files: Files, rng: random.Random) -> Mutation | None:
    file = rng.choice(sorted(path for path in files if path.startswith("causes/")))
    cases = _tests(files[file], "absent|lower")
    start, end = rng.choice(cases)
    line = files[file][:start].count("\n") + 1
    given = re.search(r"^    given:(?: .*\n|\n(?:      .*\n)+)", files[file][start:end], re.MULTILINE)
    if given is None:
        return None
    far = (
        "    given: {line: {product: wangshangdai, change: renamed, rate_before: 12}, activity: {account_age_months: 90},"
        " person: {age: 44, job_changed: true}}\n"
    )
    a, b = start + given.start(), start + given.end()
    return Mutation("near_miss_far", file, files[file][:a] + far + files[file][b:], range(line - 1, line + 4), "far")


@kind
def case_expects_the_opposite(files: Files, rng: random.Random) -> Mutation | None:
    other = {"top": "absent", "absent": "top", "listed": "absent", "lower": "top"}
    made = _swap_in(files, rng, "case_expects_the_opposite", r"^    expect: (top|absent|lower)$", 1, by=lambda word: other[word])
    return made._replace(lines=range(made.lines.start - 14, made.lines.stop)) if made else None


@kind
def duplicate_line(files: Files, rng: random.Random) -> Mutation | None:
    found = _pick(files, rng, r"^ +(?:[a-z_]+): .+\n", rng.choice(["causes/", "facts/", "actions", "sources"]))
    if found is None or _block(files[found[0]], found[1].start()) != found[1].end() - 1:
        return None
    file, match = found
    return _replace(files, "duplicate_line", file, match.end(), match.end(), match[0], before=1)


@kind
def duplicate_evidence(files: Files, rng: random.Random) -> Mutation | None:
    found = _pick(files, rng, r"^  ([a-z][a-z0-9-]+):\n    (?:when|steps):")
    if found is None:
        return None
    file, match = found
    end = _block(files[file], match.start()) + 1
    copy = files[file][match.start() : end].replace(match[1], match[1] + "-too", 1)
    return _replace(files, "duplicate_evidence", file, end, end, copy, after=copy.count("\n"))


@kind
def duplicate_case(files: Files, rng: random.Random) -> Mutation | None:
    file = rng.choice(sorted(path for path in files if path.startswith("causes/")))
    cases = _tests(files[file], "absent|lower|top|listed")
    start, end = rng.choice(cases)
    copy = files[file][start:end] + "\n"
    name = copy.split("\n", 1)[0].strip().rstrip(":").strip('"')
    return _replace(files, "duplicate_case", file, end + 1, end + 1, copy.replace(copy.split("\n", 1)[0], f'  "{name} 2":', 1), after=2)


@kind
def duplicate_cause_reference(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(
        files, rng, "duplicate_cause_reference", r"^ *(?:sources|actions): \[([A-Za-z0-9-]+)", 1, by=lambda word: f"{word}, {word}"
    )


@kind
def indented_by_one(files: Files, rng: random.Random) -> Mutation | None:
    found = _pick(files, rng, r"^( +)[a-z_-]+:.*$", rng.choice(["causes/", "facts/", "actions", "sayings", "checks"]))
    if found is None:
        return None
    file, match = found
    return _replace(files, "indented_by_one", file, match.start(1), match.end(1), match[1] + " ", before=1, after=1)


@kind
def outdented_by_one(files: Files, rng: random.Random) -> Mutation | None:
    found = _pick(files, rng, r"^( {2,})[a-z_-]+:.*$", rng.choice(["causes/", "facts/", "actions", "sayings", "checks"]))
    if found is None:
        return None
    file, match = found
    return _replace(files, "outdented_by_one", file, match.start(1), match.end(1), match[1][1:], before=1, after=1)


@kind
def indented_too_far(files: Files, rng: random.Random) -> Mutation | None:
    found = _pick(files, rng, r"^( +)[a-z_-]+:.*$", rng.choice(["causes/", "facts/", "actions", "sources"]))
    if found is None:
        return None
    file, match = found
    return _replace(files, "indented_too_far", file, match.start(1), match.end(1), match[1] + "  ", before=1, after=1)


@kind
def tab_indent(files: Files, rng: random.Random) -> Mutation | None:
    found = _pick(files, rng, r"^( +)[a-z_-]+:.*$", rng.choice(["causes/", "facts/", "actions"]))
    if found is None:
        return None
    file, match = found
    return _replace(files, "tab_indent", file, match.start(1), match.end(1), "\t", before=1, after=1)


@kind
def full_width_colon(files: Files, rng: random.Random) -> Mutation | None:
    found = _pick(files, rng, r"^ *[a-z_-]+(:) ?(?=\S|$)", rng.choice(["causes/", "facts/", "actions", "sayings"]))
    if found is None:
        return None
    file, match = found
    return _replace(files, "full_width_colon", file, match.start(1), match.end(), "\uff1a", before=1, after=1)


@kind
def full_width_colon_in_flow(files: Files, rng: random.Random) -> Mutation | None:
    found = _pick(files, rng, r"\{[a-z_.]+(: )\S", rng.choice(["causes/", "facts/", "ruleset"]))
    if found is None:
        return None
    file, match = found
    return _replace(files, "full_width_colon_in_flow", file, match.start(1), match.end(1), "\uff1a", before=1, after=1)


@kind
def full_width_comma(files: Files, rng: random.Random) -> Mutation | None:
    found = _pick(files, rng, r"\[[A-Za-z][\w-]*(, )[A-Za-z]", "causes/")
    if found is None:
        return None
    file, match = found
    return _replace(files, "full_width_comma", file, match.start(1), match.end(1), "\uff0c")


@kind
def no_blank_after_colon(files: Files, rng: random.Random) -> Mutation | None:
    found = _pick(files, rng, r"^ *[a-z_-]+:( )\S", rng.choice(["causes/", "facts/", "actions"]))
    if found is None:
        return None
    file, match = found
    return _replace(files, "no_blank_after_colon", file, match.start(1), match.end(1), "", before=1, after=1)


@kind
def bracket_lost(files: Files, rng: random.Random) -> Mutation | None:
    found = _pick(files, rng, r"^.*([}\]])$", rng.choice(["causes/", "facts/", "checks", "scenarios/"]))
    if found is None:
        return None
    file, match = found
    return _replace(files, "bracket_lost", file, match.start(1), match.end(1), "", after=1)


@kind
def quote_lost(files: Files, rng: random.Random) -> Mutation | None:
    found = _pick(files, rng, r'^ +(?:zh|en): ".*(")$', rng.choice(["causes/", "facts/", "sayings", "languages/"]))
    if found is None:
        return None
    file, match = found
    return _replace(files, "quote_lost", file, match.start(1), match.end(1), "", after=1)


@kind
def wrong_unit(files: Files, rng: random.Random) -> Mutation | None:
    units = ["yuan", "months", "days", "years", "percent_a_year", "ratio"]
    return _swap_in(
        files, rng, "wrong_unit", r"^    unit: (\w+)$", 1, "facts/", by=lambda word: rng.choice([unit for unit in units if unit != word])
    )


@kind
def unit_typo(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "unit_typo", r"^    unit: (\w+)$", 1, "facts/")


@kind
def wrong_type(files: Files, rng: random.Random) -> Mutation | None:
    other = {"bool": "int", "int": "bool", "number": "date", "date": "bool", "choice": "bool", "choices": "bool"}
    made = _swap_in(files, rng, "wrong_type", r"^    type: (\w+)$", 1, "facts/", by=lambda word: other[word])
    return made._replace(lines=range(made.lines.start - 1, made.lines.stop + 1)) if made else None


@kind
def fact_key_typo(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "fact_key_typo", r"^  ([a-z_0-9]{4,}):$", 1, "facts/")


@kind
def choice_key_typo(files: Files, rng: random.Random) -> Mutation | None:
    file_and = _pick(
        files,
        rng,
        r"^      (closed|cut|zero|frozen|vanished|renamed|jiebei|huabei|xinyongdai|xinyonggou|wangshangdai|account_risk|lender_changed|gradual|stocks_or_funds|gambling):$",
        "facts/",
    )
    if file_and is None:
        return None
    file, match = file_and
    return _replace(files, "choice_key_typo", file, match.start(1), match.end(1), _typo(match[1], rng))


@kind
def hint_lost(files: Files, rng: random.Random) -> Mutation | None:
    found = _pick(files, rng, r"^    hint:\n", "facts/")
    if found is None:
        return None
    file, match = found
    end = _block(files[file], match.start()) + 1
    text = files[file]
    head = text.rfind("\n  ", 0, text.rfind("    label", 0, match.start()))
    del head
    made = _replace(files, "hint_lost", file, match.start(), end, "")
    return made._replace(lines=range(made.lines.start - 9, made.lines.stop))


@kind
def order_taken(files: Files, rng: random.Random) -> Mutation | None:
    found = _pick(files, rng, r"^    order: (\d+)$", "facts/")
    other = _pick(files, rng, r"^    order: (\d+)$", "facts/")
    if found is None or other is None or found[1][1] == other[1][1]:
        return None
    file, match = found
    return _replace(files, "order_taken", file, match.start(1), match.end(1), other[1][1])


@kind
def range_upside_down(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "range_upside_down", r"^    maximum: (\d+)$", 1, "facts/", by=lambda _: "-1")


@kind
def source_typo(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(
        files,
        rng,
        "source_typo",
        r"sources: \[.*?([A-Z]-[A-Z]+-\d+)",
        1,
        rng.choice(["causes/", "actions", "sayings"]),
        by=lambda word: word[:-1] + rng.choice("9X") + "9",
    )


@kind
def sources_lost(files: Files, rng: random.Random) -> Mutation | None:
    found = _pick(files, rng, r"^    sources: .*\n")
    if found is None:
        return None
    file, match = found
    start = files[file].rfind("\n  ", 0, match.start())
    del start
    piece = [one.start() for one in re.finditer(r"^  [a-z]\S*:$", files[file], re.MULTILINE) if one.start() < match.start()][-1]
    line = files[file][:piece].count("\n") + 1
    return _replace(files, "sources_lost", file, match.start(), match.end(), "")._replace(
        lines=range(line, files[file][: match.start()].count("\n") + 2)
    )


@kind
def sources_empty(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "sources_empty", r"^    sources: (\[.*\])$", 1, by=lambda _: "[]")


@kind
def prior_typo(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "prior_typo", r"^prior: (\w+)$", 1)


@kind
def grade_too_high(files: Files, rng: random.Random) -> Mutation | None:
    found = _pick(files, rng, r"^grade: (folk|reported)$")
    if found is None or re.search(r"sources: .*F-(?!NF|FOLK|SCAM|CASE)", files[found[0]]):
        return None
    return _replace(files, "grade_too_high", found[0], found[1].start(1), found[1].end(1), "official")


@kind
def official_sources_lost(files: Files, rng: random.Random) -> Mutation | None:
    file = rng.choice(sorted(path for path in files if path.startswith("causes/") and "\ngrade: official" in files[path]))
    text = re.sub(r"^    sources: \[.*\]$", "    sources: [own-account]", files[file], flags=re.MULTILINE)
    line = text[: text.find("\ngrade:")].count("\n") + 2
    return Mutation("official_sources_lost", file, text, range(line, line + 1), "official without official source")


@kind
def family_typo(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "family_typo", r"^family: (\w+)$", 1)


@kind
def action_typo(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "action_typo", r"^actions: \[([a-z-]+)", 1)


@kind
def action_key_typo(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "action_key_typo", r"^  ([a-z-]{6,}):$", 1, "actions")


@kind
def mistaken_for_typo(files: Files, rng: random.Random) -> Mutation | None:
    file = rng.choice(sorted(path for path in files if path.startswith("causes/") and "\nmistaken_for:" in files[path]))
    start = files[file].find("\nmistaken_for:")
    match = re.compile(r"^  ([a-z-]+):$", re.MULTILINE).search(files[file], start)
    if match is None:
        return None
    return _replace(files, "mistaken_for_typo", file, match.start(1), match.end(1), _typo(match[1], rng))


@kind
def placeholder_typo(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "placeholder_typo", r"^ +(?:zh|en): .*\{([a-z_.0-9]+)\}", 1)


@kind
def placeholder_not_fixed(files: Files, rng: random.Random) -> Mutation | None:
    other = rng.choice(["{person.age}", "{line.rate_before}", "{activity.account_age_months}", "{credit.card_utilisation}"])
    return _swap_in(
        files, rng, "placeholder_not_fixed", r"because:\n +(?:zh|en): [^\n\"'>{]*?[\w\u4e00-\u9fff]()$", 1, by=lambda _: f" {other}"
    )


@kind
def placeholder_unclosed(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "placeholder_unclosed", r"^ +(?:zh|en): [^\"'\n]*\{[a-z_.0-9]+(\})", 1, by=lambda _: "")


_PROMISES = [
    ("zh", "，额度一定会恢复"), ("zh", "，按时还款额度就会恢复"), ("zh", "，过段时间会自动恢复"), ("zh", "，保证能提额"), ("zh", "，下个月就能恢复"),
    ("zh", "，多借几次就好了"), ("zh", "，您放心"), ("zh", "，肯定能要回来"), ("zh", "，很快会恢复额度"), ("zh", "，三个月后额度会回来"),
    ("en", " and your limit will be restored"), ("en", " and the line will come back"), ("en", ", guaranteed"), ("en", " so it will soon be restored"),
    ("en", " and you will get your limit back"), ("en", " and your limit will return"),
]  # fmt: skip


@kind
def promise(files: Files, rng: random.Random) -> Mutation | None:
    language, words = rng.choice(_PROMISES)
    found = _pick(files, rng, rf"^ +{language}: ([^\"'>|\s].*?)[\u3002.]?$", rng.choice(["causes/", "actions", "facts/"]))
    if found is None or "#" in found[1][0]:
        return None
    file, match = found
    return _replace(files, "promise", file, match.end(1), match.end(1), words, after=1)


@kind
def never_holds(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "never_holds", r"\{at_least: (\d+(?:\.\d+)?)\}", 1, by=lambda word: f"{word}, at_most: {float(word) / 2:g}")


@kind
def beyond_range(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "beyond_range", r"\{(?:at_least|more_than): (\d+(?:\.\d+)?)\}", 1, by=lambda _: "99999999999")


@kind
def always_holds(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(
        files,
        rng,
        "always_holds",
        r"(?:activity|borrowing|repayment|credit|person)\.\w+: \{at_least: ([1-9]\d*(?:\.\d+)?)\}",
        1,
        by=lambda _: "0",
    )


@kind
def contradiction(files: Files, rng: random.Random) -> Mutation | None:
    found = _pick(files, rng, r"^    when: \{(line\.change: )(closed|zero|cut|frozen|renamed|vanished|never_had)()\}$")
    if found is None:
        return None
    file, match = found
    return _replace(files, "contradiction", file, match.start(3), match.end(3), f", not: {{{match[1]}{match[2]}}}")


@kind
def ladder_turned_over(files: Files, rng: random.Random) -> Mutation | None:
    found = _pick(files, rng, r"^    steps:\n")
    if found is None:
        return None
    file, match = found
    end = _block(files[file], match.start()) + 1
    body = files[file][match.end() : end]
    steps = re.split(r"(?m)^(?=      - )", body)[1:]
    if len(steps) < 2 or len({tuple(re.findall(r"[a-z]+\.\w+(?=: \{at_least)", step.split("because")[0])) for step in steps}) > 1:
        return None
    if not all("at_least" in step and "at_most" not in step for step in steps):
        return None
    made = _replace(files, "ladder_turned_over", file, match.end(), end, "".join(reversed(steps)))
    return made._replace(lines=range(made.lines.start, made.lines.start + body.count("\n") + 1))


@kind
def one_sided(files: Files, rng: random.Random) -> Mutation | None:
    file = rng.choice(sorted(path for path in files if path.startswith("causes/")))
    text = re.sub(r"^(\s+)against: (slight|moderate|strong|decisive)$", r"\1for: \2", files[file], flags=re.MULTILINE)
    line = text[: text.find("\nevidence:\n")].count("\n") + 2
    return Mutation("one_sided", file, text, range(line, line + 400), "all against -> for")


@kind
def otherwise_for_same_side(files: Files, rng: random.Random) -> Mutation | None:
    found = _pick(files, rng, r"^    otherwise:\n      (for|against):")
    if found is None:
        return None
    file, match = found
    return _replace(
        files, "otherwise_for_same_side", file, match.start(1), match.end(1), "for" if match[1] == "against" else "against", before=1
    )


@kind
def word_key_typo(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "word_key_typo", r"^    ([a-z_]{5,}): \S", 1, "languages/")


@kind
def word_lost(files: Files, rng: random.Random) -> Mutation | None:
    found = _pick(files, rng, r"^    [a-z_]+: .*\n", "languages/")
    if found is None or found[1].start() < files[found[0]].find("\nwords:"):
        return None
    file, match = found
    made = _replace(files, "word_lost", file, match.start(), match.end(), "")
    parent = files[file].rfind("\n  ", 0, match.start())
    heads = [one.start() for one in re.finditer(r"^  [a-z_]+:$", files[file], re.MULTILINE) if one.start() < match.start()]
    del parent
    line = files[file][: heads[-1]].count("\n") + 1 if heads else 1
    return made._replace(lines=range(line, made.lines.stop))


@kind
def blank_typo(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "blank_typo", r"(?<!\{)\{([a-z]{4,})\}", 1, "languages/")


@kind
def bad_version(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(
        files, rng, "bad_version", r"^version: (\S+)$", 1, "ruleset", by=lambda _: rng.choice(["1.0", "v1.0.0", "1.0.0.0", "1,0,0", "one"])
    )


@kind
def bad_date(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(
        files,
        rng,
        "bad_date",
        r"\b(20\d\d-\d\d-\d\d)\b",
        1,
        rng.choice(["causes/", "scenarios/", "sources"]),
        by=lambda word: word[:5] + "13" + word[7:],
    )


@kind
def wrong_answer_in_case(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "wrong_answer_in_case", r"^    given: .*\b[a-z_]+: (true|false)\b", 1, by=lambda _: "maybe")


@kind
def text_without_languages(files: Files, rng: random.Random) -> Mutation | None:
    found = _pick(
        files,
        rng,
        r"^( *)(?:title|because|label|question|hint|says|answer|text): (\{zh: .*\})$",
        rng.choice(["causes/", "facts/", "sources", "actions"]),
    )
    if found is None:
        return None
    file, match = found
    return _replace(files, "text_without_languages", file, match.start(2), match.end(2), "just a sentence")


@kind
def scenario_wrong(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(
        files,
        rng,
        "scenario_wrong",
        r"^  first: \[([a-z-]+)\]$",
        1,
        "scenarios/",
        by=lambda word: "zhima-drop" if word != "zhima-drop" else "self-closed",
    )


@kind
def key_without_value(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "key_without_value", r"^(?:family|grade|prior|actions)(: .+)$", 1, by=lambda _: ":")


@kind
def unknown_as_condition(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "unknown_as_condition", r"when: \{[a-z_.]+: (true|false)\}", 1, by=lambda _: "unknown")


@kind
def condition_by_label(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(
        files,
        rng,
        "condition_by_label",
        r"line\.change: (closed|cut)\}",
        1,
        by=lambda word: {"closed": "服务被关闭", "cut": "额度降低"}[word],
    )


@kind
def yes_for_true(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "yes_for_true", r"when: \{[a-z_.]+: (true)\}", 1, by=lambda _: "yes")


@kind
def effort_out_of_scale(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(
        files, rng, "effort_out_of_scale", r"^    (?:effort|urgency): (\d+)$", 1, rng.choice(["facts/", "actions"]), by=lambda _: "100"
    )


@kind
def alias(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "alias", r"^(?:family|grade|prior): ()", 1, by=lambda _: "*")


@kind
def matcher_swapped(files: Files, rng: random.Random) -> Mutation | None:
    other = {"at_least": "at_most", "at_most": "at_least", "more_than": "less_than", "less_than": "more_than"}
    return _swap_in(
        files, rng, "matcher_swapped", r"\{(at_least|at_most|more_than|less_than): \d+(?:\.\d+)?\}", 1, by=lambda word: other[word]
    )


@kind
def answer_swapped(files: Files, rng: random.Random) -> Mutation | None:
    other = {"true": "false", "false": "true"}
    return _swap_in(files, rng, "answer_swapped", r"^    when: \{[a-z_.]+: (true|false)\}$", 1, by=lambda word: other[word])


@kind
def choice_swapped(files: Files, rng: random.Random) -> Mutation | None:
    messages = ["account_risk", "system_busy", "lender_changed", "verify_identity", "over_per_loan_cap", "suspected_scam"]
    return _swap_in(
        files,
        rng,
        "choice_swapped",
        r"^    when: \{line\.message: ([a-z_]+)\}$",
        1,
        by=lambda word: rng.choice([one for one in messages if one != word]),
    )


@kind
def percent_for_share(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(
        files,
        rng,
        "percent_for_share",
        r"_(?:ratio|utilisation): \{at_(?:least|most): (0\.\d+)\}",
        1,
        by=lambda word: f"{float(word) * 100:g}",
    )


@kind
def all_against_removed(files: Files, rng: random.Random) -> Mutation | None:
    file = rng.choice(sorted(path for path in files if path.startswith("causes/")))
    text = files[file]
    first, last = text.find("\nevidence:\n") + 1, text.find("\nmistaken_for:")
    pieces = [match.start() for match in re.finditer(r"^  [a-z][a-z0-9-]*:$", text[first:last], re.MULTILINE)]
    gone = [
        (first + start, _block(text, first + start) + 1)
        for start in pieces
        if "against: " in text[first + start : _block(text, first + start)]
    ]
    if not gone or len(gone) == len(pieces) or last < 0:
        return None
    for start, end in reversed(gone):
        text = text[:start] + text[end:]
    line = text[:first].count("\n") + 1
    return Mutation("all_against_removed", file, text, range(line, line + 400), "evidence on one side")


@kind
def expect_typo(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "expect_typo", r"^    expect: (top|absent|lower|listed)$", 1)


@kind
def check_fact_typo(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "check_fact_typo", r"drop: \[[a-z]+\.([a-z_]+)", 1, "checks")


@kind
def scenario_fact_typo(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "scenario_fact_typo", r"^    ([a-z_]{5,}): \S", 1, "scenarios/")


@kind
def scenario_answer_typo(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "scenario_answer_typo", r"^    (?:product|change|message|decline): ([a-z_]+)$", 1, "scenarios/")


@kind
def alert_action_typo(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "alert_action_typo", r"actions: \[([a-z-]+)", 1, "alerts")


@kind
def derived_operation_typo(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "derived_operation_typo", r"^    (ratio|difference|sum|days_between): ", 1, "facts/derived")


@kind
def derived_fact_typo(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "derived_fact_typo", r"^    (?:ratio|difference|sum|days_between): \[[a-z]+\.([a-z_]+)", 1, "facts/derived")


@kind
def dash_lost(files: Files, rng: random.Random) -> Mutation | None:
    found = _pick(files, rng, r"^      (- )when:")
    if found is None:
        return None
    file, match = found
    line = files[file][: match.start()].count("\n") + 1
    start = files[file].rfind("steps:", 0, match.start())
    first = files[file][:start].count("\n") + 1
    return _replace(files, "dash_lost", file, match.start(1), match.end(1), "  ")._replace(lines=range(first - 1, line + 2))


@kind
def because_lost(files: Files, rng: random.Random) -> Mutation | None:
    found = _pick(files, rng, r"^ +because:\n")
    if found is None:
        return None
    file, match = found
    end = _block(files[file], match.start()) + 1
    made = _replace(files, "because_lost", file, match.start(), end, "")
    return made._replace(lines=range(made.lines.start - 12, made.lines.stop))


@kind
def when_lost(files: Files, rng: random.Random) -> Mutation | None:
    found = _pick(files, rng, r"^    when: \{.*\}\n")
    if found is None:
        return None
    file, match = found
    return _replace(files, "when_lost", file, match.start(), match.end(), "", before=1)


@kind
def full_width_brackets(files: Files, rng: random.Random) -> Mutation | None:
    found = _pick(files, rng, r": (\{)[a-z_.]+: [a-z_]+(\})$", rng.choice(["causes/", "alerts", "checks"]))
    if found is None:
        return None
    file, match = found
    body = files[file][match.start(1) + 1 : match.start(2)]
    return _replace(files, "full_width_brackets", file, match.start(1), match.end(2), "\uff5b" + body + "\uff5d")


@kind
def full_width_quotes(files: Files, rng: random.Random) -> Mutation | None:
    found = _pick(files, rng, r'^ +(?:zh|en): (").*?(")$', rng.choice(["causes/", "facts/", "sayings"]))
    if found is None or ": " not in found[1][0][8:]:
        return None
    file, match = found
    return _replace(
        files,
        "full_width_quotes",
        file,
        match.start(1),
        match.end(2),
        "\u201c" + files[file][match.end(1) : match.start(2)] + "\u201d",
        after=1,
    )


@kind
def negative_amount(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(
        files, rng, "negative_amount", r"^    given: .*\b[a-z_]+: (\d+)\b", 1, by=lambda word: f"-{word}" if word != "0" else "-1"
    )


@kind
def blank_case(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "blank_case", r"^    given: (\{.*\})$", 1, by=lambda _: "")


@kind
def comment_mark_in_text(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "comment_mark_in_text", r"^ +zh: ()[^\"'>|\s].*$", 1, rng.choice(["causes/", "facts/"]), by=lambda _: "# ")


@kind
def year_typo(files: Files, rng: random.Random) -> Mutation | None:
    return _swap_in(files, rng, "year_typo", r"changed_on: (20\d\d)-", 1, rng.choice(["causes/", "scenarios/"]), by=lambda word: "2" + word)
