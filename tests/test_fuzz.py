"""Seeded mutations of valid profiles and of rule files: nothing but the tool's own error type, and no slow input."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import LARGE, ROOT

from jiebei_check import CheckError, RuleSet, load_rules, parse_profile
from jiebei_check.document import parse_document
from jiebei_check.inference import diagnose
from jiebei_check.loader import build, require
from jiebei_check.render import FULL, Style, renderer
from jiebei_check.report import make_report
from jiebei_check.wording import Wording

TIMES = 10 if LARGE else 1
PROFILES = 16_000 * TIMES
RULES = 3_960 * TIMES
BUNDLED = 40 * TIMES
SLOWEST = 0.5  # seconds of CPU time
BICYCLE = ROOT / "tests" / "bicycle"

PIECES = [
    b"",
    b"\n",
    b"\r",
    b"\t",
    b" ",
    b"  ",
    b":",
    b": ",
    b"-",
    b"- ",
    b"?",
    b"? ",
    b",",
    b"[",
    b"]",
    b"{",
    b"}",
    b"#",
    b" #",
    b"&a ",
    b"*a",
    b"!",
    b"!!str ",
    b"|",
    b"|\n",
    b">",
    b"'",
    b'"',
    b"%",
    b"@",
    b"`",
    b"---\n",
    b"...\n",
    b"<<: ",
    b"~",
    b"null",
    b"true",
    b"no",
    b"0",
    b"-1",
    b"1e999",
    b".nan",
    b"9" * 400,
    b"0.0000001",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"\x00",
    b"\x07",
    b"\x1b[31m",
    b"\x7f",
    b"\x85",
    b"\xff",
    b"\xfe\xff",
    b"\xef\xbb\xbf",
    "\u202e".encode(),
    "\u2028".encode(),
    "\ufdfa".encode(),
    "：".encode(),
    "，".encode(),
    "万".encode(),
    "五".encode(),
    "年".encode(),
    "不知道".encode(),
    "是".encode(),
    b"unknown",
    b"line",
    b"product",
    b"when",
    b"any",
    b"not",
    b"at_least",
    b"bike.fill",
    b"for",
    b"because",
    b"{bike.fill}",
    b"{0}",
    b"{",
    b"zh",
    b"a" * 300,
    b"[[[[",
    b"{a: {b: {c: ",
]


def mutate(dice: random.Random, data: bytes, others: list[bytes]) -> bytes:
    """A few small accidents: bytes changed, lost, doubled or moved, pieces put in, lines swapped, another file spliced in."""
    for _ in range(dice.choice((1, 1, 1, 1, 2, 3, 8))):
        here, there = sorted((dice.randrange(len(data) + 1), dice.randrange(len(data) + 1)))
        near = min(len(data), here + dice.randrange(1, 12))
        kind = dice.randrange(9)
        if kind <= 2:
            data = data[:here] + dice.choice(PIECES) + data[(near if kind == 2 else here) :]
        elif kind == 3:
            data = data[:here] + data[near:]
        elif kind == 4:
            data = data[:near] + data[here:]
        elif kind == 5 and data:
            data = data[:here] + bytes((dice.randrange(256),)) + data[here + 1 :]
        elif kind == 6:
            lines = data.split(b"\n")
            one, other = dice.randrange(len(lines)), dice.randrange(len(lines))
            lines[one], lines[other] = lines[other], lines[one]
            data = b"\n".join(lines)
        elif kind == 7:
            words = data.split(b" ")
            words[dice.randrange(len(words))] = dice.choice(words)
            data = b" ".join(words)
        else:
            strange = dice.choice(others)
            data = data[:here] + strange[dice.randrange(len(strange) + 1) :][: dice.randrange(400)] + data[there:]
        data = data[:20_000]
    return data


def valid_profiles() -> list[bytes]:
    files = sorted((ROOT / "tests").rglob("*.yaml")) + sorted((ROOT / "rules" / "scenarios").glob("*.yaml"))
    profiles = [file.read_bytes() for file in files if "bicycle" not in file.parts]
    line = {"product": "jiebei", "change": "cut", "limit_before": 28000, "limit_after": "1.2万", "changed_on": "2025-03-01"}
    lines = json.dumps({"line": line, "id": "1"}).encode()
    texts = "line.product: 借呗\nline.change: 关闭了\nborrowing.use_of_funds: [日常消费, 炒股]\nperson.age: 三十\n"
    return [*profiles, lines, lines.replace(b", ", b",\n "), texts.encode(), texts.encode("gb18030"), texts.encode("utf-16")]


class Slowest:
    """The longest time that a block took, and its input."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.data = b""

    def measure(self, data: bytes, start: float) -> None:
        took = time.process_time() - start
        if took > self.seconds:
            self.seconds, self.data = took, data


def test_a_mutated_profile_is_read_or_refused(rules: RuleSet) -> None:
    dice = random.Random(20250620)
    seeds = valid_profiles()
    slowest = Slowest()
    words = Wording(rules, "zh")
    read = 0
    for number in range(PROFILES):
        data = mutate(dice, dice.choice(seeds), seeds)
        start = time.process_time()
        try:
            profile = parse_profile(data, rules.facts, rules.notation, "p.yaml")
        except CheckError as error:
            told = words.problems(error.problems)
            assert not [line for line in told if not line.isprintable() or len(line) > 2500], data
        else:
            read += 1
            if read % 8 == 0:
                report = make_report(rules, diagnose(rules, profile), ("zh", "en")[number % 2])
                assert renderer(("text", "json", "markdown", "html")[read // 8 % 4])(
                    [report], Style(words, 60, color=False, verbosity=FULL)
                )
        slowest.measure(data, start)
    assert read > PROFILES // 50  # the mutations are not all so wild that nothing gets through
    assert slowest.seconds <= SLOWEST, slowest.data


def mutated_rule_sets(dice: random.Random, files: dict[str, bytes], count: int) -> Iterator[dict[str, bytes]]:
    paths = sorted(files)
    contents = [files[path] for path in paths]
    for _ in range(count):
        path = dice.choice(paths)
        yield {**files, path: mutate(dice, files[path], contents)}


def use(rules: RuleSet) -> None:
    """Whatever was loaded can be worked with, whatever stands in it."""
    for language in rules.languages:
        report = make_report(rules, diagnose(rules, parse_profile(b"{}", rules.facts, rules.notation, "p")), language)
        assert renderer("json")([report], Style(Wording(rules, language), 60, color=False, verbosity=FULL))


def everything_of_the_bicycle() -> dict[str, bytes]:
    """The toy rule set with a file of each kind that it has none of."""
    files = {path.relative_to(BICYCLE).as_posix(): path.read_bytes() for path in sorted(BICYCLE.rglob("*.yaml"))}
    more = {
        "sayings.yaml": [
            "sayings:",
            "  rust: {saying: {zh: 锈, en: Rust}, answer: {zh: 否, en: No}, words: [rust], when: {bike.chain_on: true},",
            "    sources: [manual]}",
        ],
        "alerts.yaml": [
            "alerts:",
            "  low: {when: {bike.pressure: {less_than: 1}}, text: {zh: 停, en: Stop}, actions: [pump], sources: [manual]}",
        ],
        "scenarios/flat.yaml": [
            "title: {zh: 没气, en: Flat}",
            "given: {bike: {pressure: 1, wanted: 4}}",
            "expect: {first: [flat-tyre], listed: [flat-tyre], not_first: [chain-off], inconclusive: false}",
        ],
        "passages.yaml": [
            "passages:",
            "  flat: {when: {bike.pressure: {less_than: 1}}, text: {zh: 没气, en: No air}, basis: [manual]}",
        ],
        "letters/maker.yaml": [
            "language: en",
            "title: {zh: 信, en: Letter}",
            "addressee: [{text: {zh: 厂家, en: Maker}}]",
            "opening: {zh: 好, en: Dear}",
            "happened: [flat]",
            "requests: {pump: {text: {zh: 请, en: Please}, causes: [flat-tyre]}}",
            "closing: [{text: {zh: 此致, en: Yours}}]",
            "enclosures: [{text: {zh: 无, en: Nothing}}]",
            "blanks: [{text: {zh: 名, en: Name}}]",
            "notes: [{text: {zh: 无, en: Nothing}}]",
        ],
    }
    files |= {path: "\n".join([*lines, ""]).encode() for path, lines in more.items()}
    return files


def test_the_toy_rule_set_with_a_file_of_each_kind_is_valid() -> None:
    use(require(build(everything_of_the_bicycle(), "")))


def test_a_mutated_rule_file_is_read_or_refused_with_file_and_line(rules: RuleSet) -> None:
    dice = random.Random(1)
    files = everything_of_the_bicycle()
    words = Wording(rules, "en")
    slowest = Slowest()
    read = 0
    for mutated in mutated_rule_sets(dice, files, RULES):
        changed = next((path for path in files if mutated[path] != files[path]), "")
        start = time.process_time()
        loaded = build(mutated, "")
        if loaded.rules is None:
            assert loaded.problems
            assert all(line.isprintable() for line in words.problems(loaded.problems)), mutated[changed]
            assert all(problem.file in files or problem.code in ("no_ruleset", "too_many_problems") for problem in loaded.problems)
        else:
            read += 1
            if read % 4 == 0:
                use(loaded.rules)
        slowest.measure(mutated.get(changed, b""), start)
    assert read > RULES // 50
    assert slowest.seconds <= SLOWEST, slowest.data


def test_a_mutated_file_of_the_bundled_rules_is_read_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from jiebei_check import loader
    from jiebei_check.rulebook import read_files

    files = read_files()
    parsed = {content: parse_document(content, path) for path, content in files.items()}
    dice = random.Random(2)
    for mutated in mutated_rule_sets(dice, files, BUNDLED):
        [changed] = [path for path in files if mutated[path] != files[path]] or ["ruleset.yaml"]
        with monkeypatch.context() as patch:  # what did not change need not be parsed a thousand times
            patch.setattr(loader, "parse_document", lambda data, name: parsed.get(data) or parse_document(data, name))
            loaded = build(mutated, "")
        assert loaded.rules is not None or loaded.problems, mutated[changed]


# --- rule sets broken by hand: (file, what stands there, what is put there, code, the line that is named)

BROKEN = [
    ("ruleset.yaml", "version: 1.0.0", "version: one", "bad_version", 1),
    ("ruleset.yaml", "version: 1.0.0", "verison: 1.0.0", "unknown_rule_key", 1),
    ("ruleset.yaml", "languages: [zh, en]", "languages: [zh, en, fr]", "language_without_file", 4),
    ("ruleset.yaml", "languages: [zh, en]", "languages: zh", "list_of_words_wanted", 4),
    ("ruleset.yaml", "bits: {slight: 1", "bits: {slight: many", "bad_number", 5),
    ("ruleset.yaml", "none_of_these: {bits: 2,", "none_of_these: {", "missing_key", 7),
    ("ruleset.yaml", "units: {bar: {zh: 巴, en: bar}", "units: {bar: {zh: 巴}", "language_missing", 11),
    ("ruleset.yaml", "notice: {zh: 仅供参考。", "notice: {zh: 1, zh: 仅供参考。", "duplicate_key", 3),
    ("ruleset.yaml", "families: {wheels: {", "families: {wheels: {name: x, ", "unknown_rule_key", 9),
    ("ruleset.yaml", "priors: {common: 0", "priors：{common: 0", "full_width_colon", 6),
    ("languages/zh.yaml", "words: {report: {title: Why it will not go}}", "words: {report: {title: '{0}'}}", "bad_blank", 3),
    ("languages/zh.yaml", "words: {report: {title: Why it will not go}}", "words: {report: {title: '{a:>999999999}'}}", "bad_blank", 3),
    ("languages/zh.yaml", "words: {report: {title: Why it will not go}}", "words: {report: {title: '{a.b}'}}", "bad_blank", 3),
    ("languages/zh.yaml", "words: {report: {title: Why it will not go}}", "words: {report: {title: 'open {'}}", "bad_blank", 3),
    ("languages/en.yaml", "words: {report: {title: Why it will not go}}", "words: {report: {title: [1]}}", "text_wanted", 3),
    ("languages/en.yaml", "unknown: [unknown]", "unknown: []", "list_of_words_wanted", 2),
    ("facts/bike.yaml", "kind: {type: choice,", "kind: {type: chioce,", "bad_word", 3),
    ("facts/bike.yaml", "pressure: {type: number, unit: bar,", "pressure: {type: number, unit: psi,", "unknown_id", 4),
    ("facts/bike.yaml", "chain_on: {type: bool,", "chain_on: {type: bool, choices: {a: {label: {zh: 甲, en: a}}},", "no_choices_here", 6),
    ("facts/bike.yaml", "{ratio: [bike.pressure, bike.wanted]", "{ratio: [bike.pressure, bike.wante]", "unknown_fact", 12),
    ("facts/bike.yaml", "{ratio: [bike.pressure, bike.wanted]", "{ratio: [bike.pressure]", "two_facts_wanted", 12),
    ("facts/bike.yaml", "label: {zh: 累, en: Tired}", "label: {zh: 累}", "language_missing", 10),
    ("sources.yaml", "grade: sure", "grade: certain", "unknown_id", 2),
    ("sources.yaml", "says: {zh: 如此", 'says: {zh: "\\e[31m如此"', "unprintable", 2),
    ("actions.yaml", "effort: 1", "effort: none", "bad_number", 2),
    ("actions.yaml", "sources: [manual]", "sources: [manaul]", "unknown_id", 2),
    ("actions.yaml", "  pump: {", "  pump: &pump {", "alias", 2),
    ("actions.yaml", "  pump: {", "  pump: !!map {", "tag", 2),
    ("checks.yaml", "less_than: 0", "less_then: 0", "unknown_rule_key", 2),
    ("checks.yaml", "drop: [bike.oiled_on", "drop: [bike.oiled", "unknown_id", 2),
    ("causes/tired-rider.yaml", "family: rider", "family: riders", "unknown_id", 1),
    ("causes/tired-rider.yaml", "prior: common", "prior: usual", "bad_word", 5),
    ("causes/tired-rider.yaml", "for: strong", "for: stronger", "bad_word", 7),
    ("causes/tired-rider.yaml", "for: strong", "for: strong, against: slight", "for_or_against", 7),
    ("causes/tired-rider.yaml", "{bike.tired: true}, for", "{bike.tierd: true}, for", "unknown_fact", 7),
    ("causes/tired-rider.yaml", "{bike.tired: true}, for", "{bike.tired: 5}, for", "bad_bool", 7),
    ("causes/tired-rider.yaml", "because: {zh: 累, en: you", "because: {zh: '{bike.tird}', en: you", "unknown_fact", 7),
    ("causes/tired-rider.yaml", "expect: absent", "expect: nothing", "bad_word", 11),
    ("causes/tired-rider.yaml", "given: {bike: {tired: false}}", "given: {bike: {tired: maybe}}", "bad_bool", 11),
    ("causes/flat-tyre.yaml", "less_than: 0.3", "less_than: few", "bad_number", 9),
    ("causes/flat-tyre.yaml", "squeaks: {when: {bike.noises: squeak}", "squeaks: {when: {bike.noises: sqeak}", "bad_choice", 13),
    ("causes/flat-tyre.yaml", "actions: [pump]", "actions: [pump, pump]", "repeated_in_list", 14),
    ("causes/flat-tyre.yaml", "    steps:\n", "    when: {bike.tired: true}\n    steps:\n", "when_or_steps", 7),
    ("causes/chain-off.yaml", "applies: {not: {bike.kind: fixed}}", "applies: {not: 1}", "condition_wanted", 6),
    ("causes/chain-off.yaml", "at_least: 100", "at_least: 100, at_most: 50", "empty_range", 14),
    ("causes/chain-off.yaml", "    for: strong\n", "   for: strong\n", "bad_indent", 10),
    ("causes/chain-off.yaml", "    for: strong\n", "\tfor: strong\n", "tab_indent", 10),
    ("causes/chain-off.yaml", "because: {zh: 掉了, en: it hangs}", "because: it hangs", "text_wanted_by_language", 11),
    ("sayings.yaml", "when: {bike.chain_on: true}", "when: []", "condition_wanted", 2),
    ("alerts.yaml", "actions: [pump]", "actions: pump", "list_of_words_wanted", 2),
    ("scenarios/flat.yaml", "first: [flat-tyre]", "first: [flat-tire]", "unknown_id", 3),
    ("passages.yaml", "text: {zh: 没气, en: No air}", "txt: {zh: 没气, en: No air}", "unknown_rule_key", 2),
    ("letters/maker.yaml", "happened: [flat]", "happened: [falt]", "unknown_id", 5),
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "old", "new", "code", "line"), BROKEN, ids=[f"{row[3]} {row[0]} {number}" for number, row in enumerate(BROKEN)]
)
def test_a_rule_set_broken_by_hand_is_named_by_file_and_line(path: str, old: str, new: str, code: str, line: int) -> None:
    files = everything_of_the_bicycle()
    text = files[path].decode()
    assert old in text
    loaded = build({**files, path: text.replace(old, new, 1).encode()}, "", lambda name: f"mine/{name}")
    assert loaded.rules is None
    assert (f"mine/{path}", line, code) in [(problem.file, problem.line, problem.code) for problem in loaded.problems], loaded.problems


def test_there_are_enough_of_them() -> None:
    assert len(BROKEN) >= 40
    assert len({row[3] for row in BROKEN}) >= 20


def test_rules_of_another_kind_are_given_up_in_time() -> None:
    words = b"[" + b", ".join(b"manual%d" % number for number in range(50_000)) + b"]"
    files = everything_of_the_bicycle()
    start = time.process_time()
    loaded = build({**files, "actions.yaml": files["actions.yaml"].replace(b"[manual]", words)}, "")
    assert loaded.problems[-1].code == "too_many_problems"
    assert time.process_time() - start < 5


def test_a_rule_set_with_a_link_to_nowhere_is_refused(tmp_path: Path) -> None:
    for path, content in everything_of_the_bicycle().items():
        (tmp_path / path).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / path).write_bytes(content)
    load_rules(tmp_path)
    (tmp_path / "causes" / "lost.yaml").symlink_to(tmp_path / "nowhere")
    with pytest.raises(CheckError) as caught:
        load_rules(tmp_path)
    assert caught.value.problems[0].file.endswith("lost.yaml")
