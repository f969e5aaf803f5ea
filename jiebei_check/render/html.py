"""HTML: one file that needs nothing else and asks for nothing: no script, no address, styles allowed by their hash only.

Readable on a phone, on paper, in light and dark. What a colour says is also said in words or by a pattern.
"""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

from ..phrases import signed
from ..report import ActionReport, CauseReport, OpenFact, Reason, Report, Warning_
from . import FULL, QUIET, Style
from .markup import Markup, join, lines, tag
from .pictures import HATCH, balance_bar, share_bar
from .selection import LEAST_SHARE, balance, moved_facts, names, percent, shown_causes, strongest_first

_LANGUAGE_TAG = {"zh": "zh-Hans"}  # BCP 47: the script chooses the shapes of the characters
_SHORT_OPEN = 3
_LEAST_SCALE = 4  # bits to either side that the picture of a balance shows at least


def render(reports: Sequence[Report], style: Style) -> str:
    """A whole document; several reports become several parts of one page."""
    word = style.wording.word
    several = len(reports) > 1
    parts = [_Page(report, style, f"r{number}-" if several else "", several).part() for number, report in enumerate(reports, 1)]
    title = word("report.title")
    subject = f"{title} · {reports[0].id}" if len(reports) == 1 and reports[0].id else title
    body = lines(
        HATCH,
        tag("header", tag("h1", title), *_details(reports[0], style, several), class_="page"),
        tag("main", *parts),
        _made_by(reports, style),
    )
    return whole_page(subject, body, style.wording.language)


def whole_page(title: str, body: Markup, language: str) -> str:
    """A document with everything that it needs inside."""
    styles = Path(__file__).with_name("html.css").read_text(encoding="utf-8")
    head = lines(
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy(styles)),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name_="color-scheme", content="light dark"),
        tag("meta", name_="referrer", content="no-referrer"),
        tag("meta", name_="robots", content="noindex"),
        tag("title", title),
        tag("style", Markup(styles)),
    )
    language = _LANGUAGE_TAG.get(language, language)
    return lines(Markup("<!doctype html>"), tag("html", tag("head", head), tag("body", body), lang=language)) + "\n"


def _policy(styles: str) -> str:
    """Nothing may be loaded or run; this very style sheet applies (Content Security Policy Level 3, hash sources)."""
    digest = b64encode(sha256(styles.encode()).digest()).decode("ascii")
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _details(report: Report, style: Style, several: bool) -> list[Markup]:
    """Whose profile, of which day; where there are several reports each part says so itself."""
    if several:
        return []
    word = style.wording.word
    found = [word("report.profile_name", name=report.id)] if report.id else []
    found += [word("report.as_of", date=report.as_of)] if report.as_of else []
    return [tag("p", " · ".join(found), class_="details")] if found else []


def _made_by(reports: Sequence[Report], style: Style) -> Markup:
    first = reports[0]
    made = style.wording.word("page.made_by", tool=first.tool_version, rules=first.rules_version, hash=first.rules_hash[:12])
    return tag("footer", tag("p", made))


class _Page:
    """One report. ``prefix`` keeps the ids of several reports on one page apart."""

    def __init__(self, report: Report, style: Style, prefix: str, several: bool) -> None:
        self.report = report
        self.style = style
        self.word = style.wording.word
        self.prefix = prefix
        self.several = several
        self.top = 3 if several else 2  # level of the headings of sections
        self.cited: dict[str, int] = {}  # sources in the order in which they are first cited
        self.shown = shown_causes(report, style.verbosity)

    def part(self) -> Markup:
        quiet = self.style.verbosity == QUIET
        inner = lines(
            self.title(),
            self.warnings(),
            self.verdict(),
            Markup("") if quiet else self.causes(),
            Markup("") if quiet else self.actions(),
            Markup("") if quiet else self.sayings(),
            self.notice(),
            Markup("") if quiet else self.sources(),
        )
        return tag("article", inner, aria_labelledby=f"{self.prefix}title") if self.several else inner

    def heading(self, text: str, level: int = 0, **attributes: str) -> Markup:
        return tag(f"h{self.top + level}", text, **attributes)

    def section(self, key: str, title: str, *children: Markup) -> Markup:
        name = f"{self.prefix}{key}"
        return tag("section", lines(self.heading(title, id=name), *children), class_=key, aria_labelledby=name)

    def title(self) -> Markup:
        if not self.several:
            return Markup("")
        name = self.word("report.profile_name", name=self.report.id) if self.report.id else self.report.as_of or self.prefix[1:-1]
        day = (
            [tag("p", self.word("report.as_of", date=self.report.as_of), class_="details")] if self.report.as_of and self.report.id else []
        )
        return join(tag("h2", name, id=f"{self.prefix}title"), *day)

    def warnings(self) -> Markup:
        """What stands on top: alerts, and answers that do not fit together."""
        return self.notes("warnings", [warning for warning in self.report.warnings if warning.kind != "saying"])

    def sayings(self) -> Markup:
        """Widespread explanations that the profile touches and that were deliberately not counted."""
        return self.notes("sayings", [warning for warning in self.report.warnings if warning.kind == "saying"])

    def notes(self, key: str, warnings: list[Warning_]) -> Markup:
        if not warnings:
            return Markup("")
        return self.section(
            key, self.word(f"report.{key}"), tag("ul", lines(*map(self.warning, warnings)), class_="notes plain", role="list")
        )

    def warning(self, warning: Warning_) -> Markup:
        label = "" if warning.kind == "saying" else tag("strong", self.word(f"page.kind_{warning.kind}"), class_="label")
        return tag("li", tag("p", label, Markup(" "), warning.text, self.references(warning.sources)), class_=warning.kind)

    def verdict(self) -> Markup:
        hinges = tag("p", self.report.hinges, class_="hinges") if self.report.hinges else Markup("")
        return self.section("verdict", self.word("page.verdict"), tag("p", self.report.verdict, class_="lead"), hinges, self.overview())

    def overview(self) -> Markup:
        """The shares as bars, best first, each a link to its cause."""
        if self.style.verbosity == QUIET:
            return tag("ul", lines(*(tag("li", name) for name in names(self.report, self.style.wording))))
        rows = [self.row(cause.title, cause.share, self.anchor(cause)) for cause in self.shown[:8]]
        if self.report.inconclusive:
            rows.insert(0, self.row(self.word("report.none"), self.report.none_share, ""))
        return tag("ul", lines(*rows), class_="overview plain", role="list")

    def row(self, title: str, share: float, anchor: str) -> Markup:
        name = tag("a", title, href=f"#{anchor}") if anchor else tag("span", title)
        number = tag("span", percent(share, self.style.wording), class_="number")
        return tag("li", join(name, Markup(" "), number, share_bar(share)))

    def anchor(self, cause: CauseReport) -> str:
        return f"{self.prefix}cause-{cause.id}"

    def causes(self) -> Markup:
        scale = max([_LEAST_SCALE, *(side for cause in self.shown for side in balance(cause)[1:3])])
        cards = [self.cause(number, cause, scale) for number, cause in enumerate(self.shown, 1)]
        explained = tag("p", self.word("page.scale"), class_="small")
        return self.section("causes", self.word("report.causes"), explained, *cards, self.others())

    def cause(self, number: int, cause: CauseReport, scale: int) -> Markup:
        likelihood = self.word("page.likelihood", level=self.word(f"likelihood.{cause.likelihood}"))
        grade = f"{self.word('report.grade')}{self.word('punctuation.colon')}{cause.grade_title}"
        marks = tag(
            "p",
            tag("span", likelihood, class_=f"chip {cause.likelihood}"),
            Markup(" "),
            tag("span", grade, class_=f"chip {cause.grade}"),
            Markup(" "),
            tag("span", self.word("page.share", share=percent(cause.share, self.style.wording)), class_="share"),
            class_="marks",
        )
        title = tag(f"h{self.top + 1}", tag("span", f"{number}.", class_="place"), " ", cause.title, id=self.anchor(cause))
        inner = lines(title, marks, tag("p", cause.summary), self.balance(cause, scale), self.evidence(cause))
        return tag("article", inner, class_="card", aria_labelledby=self.anchor(cause))

    def balance(self, cause: CauseReport, scale: int) -> Markup:
        """The picture of the sum: against to the left of the middle, for to the right, one block a piece of evidence."""
        sums = balance(cause)
        sides = [
            tag("span", self.side("against", -sums.loss), class_="left"),
            balance_bar(cause, scale),
            tag("span", self.side("for", sums.gain), class_="right"),
        ]
        added = self.word("page.sum", prior=signed(sums.prior), gain=signed(sums.gain), loss=signed(-sums.loss), score=signed(sums.score))
        picture = tag("div", *sides, class_="picture", aria_hidden="true") if sums.gain or sums.loss else ""
        return tag("div", picture, tag("p", added, class_="small"), class_="balance")

    def side(self, key: str, bits: int) -> str:
        return self.word("page.side", name=self.word(f"report.{key}"), bits=signed(bits))

    def evidence(self, cause: CauseReport) -> Markup:
        opens = cause.open if self.style.verbosity == FULL else cause.open[:_SHORT_OPEN]
        parts = [
            self.reasons("for", cause.speaks_for),
            self.reasons("against", cause.against),
            self.list_of(
                "open", [tag("li", tag("span", "?", class_="bits", aria_hidden="true"), tag("span", self.open(one))) for one in opens]
            ),
        ]
        return tag("div", lines(*parts), class_="evidence")

    def reasons(self, key: str, reasons: tuple[Reason, ...]) -> Markup:
        return self.list_of(key, [self.reason(reason) for reason in strongest_first(reasons)])

    def list_of(self, key: str, items: list[Markup]) -> Markup:
        if not items:
            return Markup("")
        return tag("div", self.heading(self.word(f"report.{key}"), 2), tag("ul", lines(*items), class_="plain", role="list"), class_=key)

    def reason(self, reason: Reason) -> Markup:
        bits = tag("span", signed(reason.bits), class_="bits")
        return tag("li", bits, Markup(" "), tag("span", reason.text, self.references(reason.sources)))

    def open(self, one: OpenFact) -> str:
        key = "open_item" if one.could_add and one.could_remove else "open_add" if one.could_add else "open_remove"
        return self.word(f"report.{key}", label=one.label, add=one.could_add, remove=one.could_remove)

    def others(self) -> Markup:
        """The causes that are not shown in full: title and, where it is worth a number, share."""
        rest = self.report.causes[len(self.shown) :]
        if not rest:
            return Markup("")
        items = [tag("li", cause.title, self.small_share(cause.share)) for cause in rest]
        folded = tag("ol", lines(*items), start=str(len(self.shown) + 1))
        return tag("details", tag("summary", self.word("page.others", count=len(rest))), folded, class_="others")

    def small_share(self, share: float) -> Markup:
        return join(" ", tag("span", percent(share, self.style.wording), class_="number")) if share >= LEAST_SHARE else Markup("")

    def actions(self) -> Markup:
        if not self.report.actions:
            return Markup("")
        titles = {cause.id: cause for cause in self.shown}
        items = [self.action(action, [titles[key] for key in action.causes if key in titles]) for action in self.report.actions]
        return self.section("actions", self.word("report.actions"), tag("ol", lines(*items), class_="plain", role="list"))

    def action(self, action: ActionReport, causes: Iterable[CauseReport]) -> Markup:
        links = join(*_between(Markup(" · "), [tag("a", cause.title, href=f"#{self.anchor(cause)}") for cause in causes]))
        effort = self.word(f"page.effort_{action.effort}") if action.effort in (1, 2, 3) else ""
        rows = (
            ("report.why", action.why, "wide"),
            ("report.who", action.who, "half"),
            ("page.effort", effort, "half"),
            ("report.deadline", action.deadline, "wide"),
            ("page.look_again", action.look_again, "wide"),
            ("report.moves", moved_facts(action, self.style.wording), "wide"),
            ("report.for_causes", links, "wide"),
        )
        details = tag(
            "dl", lines(*(tag("div", tag("dt", self.word(key)), tag("dd", text), class_=kind) for key, text, kind in rows if text))
        )
        text = tag("p", action.text, self.references(action.sources))
        return tag("li", self.heading(action.title, 1), text, details, class_="card")

    def references(self, sources: Iterable[str]) -> Markup:
        """Numbers that lead to the list of sources, counted in the order of citing."""
        numbers = sorted(self.cited.setdefault(key, len(self.cited) + 1) for key in sources if key in self.report.sources)
        links = [self.reference(str(number)) for number in numbers]
        return tag("sup", *_between(Markup(" "), links)) if links else Markup("")

    def reference(self, number: str) -> Markup:
        return tag("a", number, href=f"#{self.prefix}source-{number}", aria_label=self.word("page.reference", number=number))

    def sources(self) -> Markup:
        """What was cited above; called last."""
        if not self.cited:
            return Markup("")
        items = [
            tag("li", self.report.sources[key], Markup(" "), tag("code", key), id=f"{self.prefix}source-{number}")
            for key, number in self.cited.items()
        ]
        return self.section("sources", self.word("report.sources"), tag("ol", lines(*items)))

    def notice(self) -> Markup:
        return self.section("notice", self.word("report.notice"), tag("p", self.report.notice))


def _between(separator: Markup, parts: list[Markup]) -> list[Markup]:
    return [piece for part in parts for piece in (separator, part)][1:]
