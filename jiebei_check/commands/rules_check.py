"""``rules lint`` and ``rules test``: the only commands whose exit code is 1 where they find something."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import EXIT_FINDINGS, EXIT_OK, CheckError, Problem, UsageError
from ..phrases import signed
from ..wording import DEFAULT_LANGUAGE, Wording
from . import common

if TYPE_CHECKING:
    from ..lint import Finding
    from ..ruleset import RuleSet
    from ..selftest import Failure, Seen

FORMAT_VERSION = "1.0"

Folder = Annotated[str | None, typer.Argument(metavar="[DIR]", help="规则文件夹，默认自带的 / Folder of rules, default the bundled ones.")]
Format = Annotated[str, typer.Option("--format", help="格式 / Format.", metavar="text|json")]


def register(group: typer.Typer) -> None:
    group.command("lint")(lint_command)
    group.command("test")(run_command)


def lint_command(
    folder: Folder = None,
    format_: Format = "text",
    lang: common.Lang = DEFAULT_LANGUAGE,
    errors_only: Annotated[bool, typer.Option("--errors-only", help="只看错误，不看提醒 / Errors, no warnings.")] = False,
    explain: Annotated[
        str | None, typer.Option("--explain", help="解释一个代码，all 为全部 / Explain a code, or all.", metavar="CODE")
    ] = None,
) -> int:
    """检查规则：一次说完所有问题，有问题时退出码为 1 / Everything that is wrong with a rule set; exit code 1 if anything is."""
    from ..lint import ERROR, lint  # noqa: PLC0415
    from ..output import write_stdout  # noqa: PLC0415
    from ..rulebook import read_files, shown_as  # noqa: PLC0415
    from .rules import as_json, check_format  # noqa: PLC0415 - the group's module loads this one

    check_format(format_, ("text", "json"))
    wording = words(lang)
    if explain is not None:
        write_stdout(_explained(wording, explain))
        return EXIT_OK
    own = "" if folder is None else os.path.join(folder, "")
    # what a private rule set leaves unused in the bundled files is nothing for its author to mend
    findings = [
        one for one in lint(read_files(folder), shown_as(folder)) if one.severity == ERROR or (not errors_only and one.file.startswith(own))
    ]
    errors = sum(one.severity == ERROR for one in findings)
    if format_ == "json":
        rows = [
            {
                "code": one.code,
                "severity": one.severity,
                "file": one.file,
                "line": one.line,
                "field": one.field,
                "text": sentence(wording, one),
            }
            for one in findings
        ]
        write_stdout(as_json({"format_version": FORMAT_VERSION, "errors": errors, "warnings": len(findings) - errors, "findings": rows}))
    else:
        write_stdout("".join(f"{line}\n" for line in _lint_lines(wording, findings, errors)))
    return EXIT_FINDINGS if findings else EXIT_OK


def _lint_lines(wording: Wording, findings: Sequence[Finding], errors: int) -> list[str]:
    word = wording.word
    lines = []
    for one in findings:
        place = f"{one.file}:{one.line}" if one.line else one.file
        lines.append(f"{place}: {word(f'lint.{one.severity}')} {one.code}{word('punctuation.colon')}{sentence(wording, one)}")
    if findings:
        lines.append(word("lint.summary", errors=errors, warnings=len(findings) - errors))
        lines.append(word("lint.hint"))
    else:
        lines.append(word("lint.clean"))
    return lines


def sentence(wording: Wording, finding: Finding) -> str:
    """What is wrong and what to do, without the place."""
    field = f"{finding.field}{wording.word('punctuation.colon')}" if finding.field else ""
    return field + wording.problem(Problem(finding.code, params=finding.params))


def _explained(wording: Wording, code: str) -> str:
    word = wording.word
    known = [key.removeprefix("lint.why.") for key in wording.keys("lint.why.")]
    wanted = known if code == "all" else [code.replace("-", "_")]
    if wanted[0] not in known:
        from difflib import get_close_matches  # noqa: PLC0415 - only on the way to an error

        near = get_close_matches(wanted[0], known, n=1, cutoff=0.4)
        raise UsageError([Problem("unknown_code", field="--explain", params={"found": code, **({"nearest": near[0]} if near else {})})])
    return "".join(f"{one}{word('punctuation.colon')}{word(f'lint.why.{one}', code=one)}\n" for one in wanted)


def run_command(
    folder: Folder = None,
    format_: Format = "text",
    lang: common.Lang = DEFAULT_LANGUAGE,
    coverage: Annotated[bool, typer.Option("--coverage", help="每条证据被哪些案例看到 / Which evidence the cases show.")] = False,
) -> int:
    """跑规则自带的案例，有不符时退出码为 1 / Run the rules' own cases; exit code 1 if one fails."""
    from ..output import write_stdout  # noqa: PLC0415
    from ..rulebook import load_rules, shown_as  # noqa: PLC0415
    from ..selftest import coverage as watch  # noqa: PLC0415
    from ..selftest import run  # noqa: PLC0415
    from .rules import as_json, check_format  # noqa: PLC0415

    check_format(format_, ("text", "json"))
    rules = load_rules(folder)
    wording = words(lang)
    outcome = run(rules)
    gaps = _gaps(rules, watch(rules), outcome.firsts) if coverage else []
    lines = _lines_of(folder, outcome.failures)
    if format_ == "json":
        failures = [
            {
                "file": shown_as(folder)(one.file),
                "line": line,
                "case": one.name,
                "kind": one.kind,
                "expect": one.expect,
                "ranking": [place._asdict() for place in one.ranking],
                "inconclusive": one.inconclusive,
                "text": "\n".join(_failure(wording, rules, one)),
            }
            for one, line in zip(outcome.failures, lines, strict=True)
        ]
        result: dict[str, object] = {
            "format_version": FORMAT_VERSION,
            "cases": outcome.cases,
            "failed": len(failures),
            "failures": failures,
        }
        if coverage:
            result["not_covered"] = [{"cause": cause, "evidence": piece, "missing": what} for cause, piece, what in gaps]
        write_stdout(as_json(result))
    else:
        text = []
        for one, line in zip(outcome.failures, lines, strict=True):
            place = shown_as(folder)(one.file)
            text.append(f"{place}:{line}: {one.name}" if line else f"{place}: {one.name}")
            text += [f"    {part}" for part in _failure(wording, rules, one)]
        if coverage:
            text += [
                f"{cause} {piece}{wording.word('punctuation.colon')}{wording.word(f'rules.missing.{what}')}" for cause, piece, what in gaps
            ]
            pieces = sum(len(cause.evidence) for cause in rules.causes)
            text.append(wording.word("rules.coverage_summary", pieces=pieces, causes=len(rules.causes), gaps=len(gaps)))
        text.append(wording.word("rules.test_summary", cases=outcome.cases, failed=len({(one.file, one.name) for one in outcome.failures})))
        write_stdout("".join(f"{line}\n" for line in text))
    return EXIT_FINDINGS if outcome.failures else EXIT_OK


def _gaps(rules: RuleSet, seen: dict[tuple[str, str], Seen], firsts: frozenset[str]) -> list[tuple[str, str, str]]:
    found = []
    for cause in rules.causes:
        if cause.id not in firsts:
            found.append((cause.id, "", "first"))
        for piece in cause.evidence:
            one = seen[cause.id, piece.id]
            if not one.present or any(number not in one.present for number in range(len(piece.steps))):
                found.append((cause.id, piece.id, "present"))
            if not one.absent:
                found.append((cause.id, piece.id, "absent"))
            if not one.unknown:
                found.append((cause.id, piece.id, "unknown"))
    return found


def _lines_of(folder: str | None, failures: Sequence[Failure]) -> list[int | None]:
    """The line on which each failing case, or the piece of evidence that fails it, stands."""
    if not failures:
        return []
    from ..document import parse_document  # noqa: PLC0415 - only where a case fails
    from ..rulebook import read_files  # noqa: PLC0415

    files = read_files(folder)
    lines = []
    for one in failures:
        document = parse_document(files[one.file], one.file)
        lines.append(document.line(suspect(one)))
    return lines


def suspect(failure: Failure) -> tuple[str | int, ...]:
    """The place to look at first: the side that a piece counts on, or its condition where it does not count; else the case."""
    if failure.kind != "evidence":
        return failure.path
    if failure.step is None or failure.step < 0:
        return ("evidence", failure.piece, "when")
    return (
        ("evidence", failure.piece, "steps", failure.step, failure.found) if failure.ladder else ("evidence", failure.piece, failure.found)
    )


def _failure(wording: Wording, rules: RuleSet, failure: Failure) -> list[str]:
    """What came out of a case, and what would have to change."""
    word = wording.word
    titles = {cause.id: wording.text(cause.title) for cause in rules.causes}
    ranking = word("punctuation.join").join(f"{place.cause} {signed(place.score)}" for place in failure.ranking)
    if failure.kind == "evidence":
        expected = word("rules.evidence_expected", piece=failure.piece, side=word(f"rules.side.{failure.side}"))
        return [expected, word("rules.evidence_found", found=word(f"rules.side.{failure.found}"))]
    if failure.kind == "scenario":
        told = word(f"rules.scenario.{failure.expect}", causes=failure.piece)
        return [told, word("rules.came_out", ranking=ranking), *([word("rules.came_out_open")] if failure.inconclusive else [])]
    cause = failure.file.removeprefix("causes/").removesuffix(".yaml")
    lines = [word("rules.case_expected", expect=word(f"rules.expect.{failure.expect}"), title=titles.get(cause, cause))]
    lines.append(word("rules.came_out", ranking=ranking))
    if failure.inconclusive:
        lines.append(word("rules.came_out_open"))
    if failure.score is None:
        lines.append(word("rules.not_applicable"))
        return lines
    counted = word("punctuation.join").join(f"{piece} {signed(bits)}" for piece, bits in failure.counted) or word("rules.nothing_counts")
    lines.append(word("rules.sum", cause=cause, score=failure.score, prior=rules.cause(cause).prior, counted=counted))
    if failure.needed is not None:
        lines.append(word("rules.needed_more" if failure.needed > 0 else "rules.needed_less", bits=abs(failure.needed)))
    return lines


def words(lang: str) -> Wording:
    """The program's words: of the bundled rules, since the rules that are checked may be what is broken."""
    from ..rulebook import load_rules  # noqa: PLC0415

    try:
        rules = load_rules()
    except CheckError:
        from ..loader import build  # noqa: PLC0415 - the bundled rules are being edited
        from ..rulebook import read_files  # noqa: PLC0415

        draft = build(read_files(), "").draft
        if draft is None or not draft.languages:
            raise
        rules = draft
    return Wording(rules, lang if lang in rules.languages else next(iter(rules.languages)))
