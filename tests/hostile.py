"""Files that nobody who means well would send as a profile: 200 kinds, made when they are asked for."""

from __future__ import annotations

import codecs
import gzip
import json
import random
from collections.abc import Callable, Iterator

VALID = "line:\n  product: jiebei\n  change: closed\nperson:\n  age: 30\n"
PROFILE = {"line": {"product": "jiebei", "change": "closed"}, "person": {"age": 30}}

# Characters that must never reach a terminal as they are: C0, DEL, C1, line separators, bidirectional marks and overrides,
# zero-width format characters, byte order mark, interlinear annotation, tags, noncharacters, private use.
INVISIBLE = [
    *range(0x20), *range(0x7F, 0xA0), 0xAD, 0x061C, 0x180E, *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070),
    0xFEFF, 0xFFF9, 0xFFFA, 0xFFFB, 0xFFFE, 0xFFFF, 0xE000, 0xE0001, 0xE0041, 0x1D173, 0x10FFFF,
]  # fmt: skip

KINDS_SIZE = _HUGE = 1_000_000  # just below the limit of what is read
_Maker = Callable[[], bytes]
KINDS: dict[str, _Maker] = {}


def kinds() -> dict[str, _Maker]:
    """Kind -> what makes the file."""
    if not KINDS:
        for part in (_structure, _yaml_syntax, _json_syntax, _sizes, _numbers, _texts, _encodings, _lines, _other_files, _folding, _noise):
            for name, content in part():
                assert name not in KINDS, name
                KINDS[name] = content if callable(content) else _ready(content)
    return KINDS


def _ready(content: bytes | str) -> _Maker:
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    return lambda: data


_Made = Iterator[tuple[str, bytes | str | _Maker]]


def as_json(value: object) -> str:
    return json.dumps(value)


def with_value(fact: str, value: object) -> str:
    section, _, name = fact.rpartition(".")
    return as_json({section: {name: value}} if section else {name: value})


def _structure() -> _Made:
    yield "empty", b""
    yield "blanks", b"   \n\n\t\n"
    yield "comment only", "# 什么也没有\n"
    yield "document marks only", b"---\n...\n"
    yield "a word", "你好\n"
    yield "a number", b"5\n"
    yield "a negative number", b"-5\n"
    yield "null", b"null\n"
    yield "true", b"true\n"
    yield "a quoted text", b'"line"\n'
    yield "a list", b"- line\n- person\n"
    yield "an empty list", b"[]"
    yield "an empty mapping", b"{}"
    yield "a list of mappings", as_json([PROFILE])
    yield "a section as list", as_json({"line": [{"product": "jiebei"}]})
    yield "a section as text", as_json({"line": "jiebei"})
    yield "a section as number", as_json({"line": 3})
    yield "a section as true", as_json({"line": True})
    yield "a value as mapping", with_value("line.product", {"jiebei": True})
    yield "a value as list", with_value("line.product", ["jiebei"])
    yield "a value as deep list", with_value("line.product", [[[[["jiebei"]]]]])
    yield "a list with lists", with_value("borrowing.use_of_funds", [["daily"], ["stocks_or_funds"]])
    yield "a list with mappings", with_value("borrowing.use_of_funds", [{"daily": True}])
    yield "a list with numbers", with_value("borrowing.use_of_funds", [1, 2.5, None, True])
    yield "a list with null only", with_value("borrowing.use_of_funds", [None])
    yield "an id as list", as_json({**PROFILE, "id": [1, 2]})
    yield "an id as mapping", as_json({**PROFILE, "id": {"a": 1}})
    yield "an id as huge number", as_json({**PROFILE, "id": 10**39})
    yield "an id of a megabyte", lambda: as_json({**PROFILE, "id": "号" * (_HUGE // 6)}).encode()
    yield "a note as tree", as_json({**PROFILE, "note": {"a": [{"b": [1]}]}})
    yield "an empty key", as_json({"": {"product": "jiebei"}})
    yield "an empty inner key", as_json({"line": {"": 1}})
    yield "a key of blanks", as_json({"   ": 1})
    yield "a key with dots", as_json({"line.product.x.y": 1})
    yield "a key of dots", as_json({"....": 1})
    yield "a key in digits", as_json({"0": {"0": 0}})
    yield "a key in superscript digits", as_json({"line": {"²": 1}, "³": 1})
    yield "a key in other digits", as_json({"line": {"٣": 1, "३": 1}})
    yield "a key of 5000 digits", as_json({"9" * 5000: 1})
    yield "a key with braces", as_json({"{found}{0}{a.b}": 1, "line": {"{allowed!r:>99}": 1}})
    yield "a key with percent", as_json({"%s%n%d": 1})
    yield "a derived fact", as_json({"line": {"kept_ratio": 0.5, "days_since_change": 3}})
    yield "dotted and nested at once", as_json({"line.product": "jiebei", "line": {"product": "huabei"}})
    yield "a label as key", "额度:\n  产品: 借呗\n"
    yield "an emoji as key", "💸:\n  🐉: 1\n"
    yield "keys of Python", as_json({"__class__": 1, "__proto__": {"a": 1}, "constructor": 1})
    yield "profile version as list", as_json({"profile_version": [1]})
    yield "profile version of 5000 digits", '{"profile_version": ' + "1" * 5000 + "}"
    yield "profile version as float", as_json({"profile_version": 1.0, **PROFILE})
    yield "everything unknown", as_json({"line": {"product": "unknown", "change": None}, "as_of": "不知道"})


def _yaml_syntax() -> _Made:
    yield "deep flow lists", b"[" * 50_000
    yield "deep closed flow lists", b"[" * 30_000 + b"]" * 30_000
    yield "deep flow mappings", b"{" * 50_000
    yield "deep flow mappings with keys", b"{a: " * 50_000
    yield "deep block lists", b"- " * 50_000
    yield "deep block mappings", "".join(" " * depth + "a:\n" for depth in range(1000))
    yield "deep question marks", b"? " * 50_000
    yield "deep mixed", b"- {a: [" * 20_000
    yield "just too deep", b"[" * 30 + b"]" * 30
    yield (
        "aliases doubling",
        "a: &a [x]\n" + "".join(f"b{n}: &b{n} [*{'a' if n == 0 else f'b{n - 1}'}, *{'a' if n == 0 else f'b{n - 1}'}]\n" for n in range(30)),
    )
    yield "merge keys", "a: &a {x: 1}\nb: {<<: *a}\n"
    yield "merge key without alias", b"<<: {line: {product: jiebei}}\n"
    yield "merge keys doubling", "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 25))
    yield "an alias of itself", b"a: &a [*a]\n"
    yield "an alias to nothing", b"a: *nobody\n"
    yield "an anchor unused", b"line: &x {product: jiebei}\n"
    yield "anchors without end", b"&a " * 100_000
    yield "a Python object", b"line: !!python/object/apply:os.system [id]\n"
    yield "a Python name", b"line: !!python/name:os.system\n"
    yield "a set", b"line: !!set {product, change}\n"
    yield "an ordered mapping", b"!!omap [line: 1]\n"
    yield "binary", b"line: {product: !!binary aGVsbG8=}\n"
    yield "a date by tag", b"as_of: !!timestamp 2025-01-01\n"
    yield "a local tag", b"line: !x {product: jiebei}\n"
    yield "a tag of a megabyte", lambda: b"!" + b"a" * _HUGE + b" x"
    yield "tag directives", b"%TAG ! tag:evil,2000:\n---\nline: 1\n"
    yield "many tag directives", b"".join(b"%%TAG !a%d! tag:x,2000:\n" % n for n in range(10_000)) + b"--- a\n"
    yield "a YAML directive", b"%YAML 1.1\n---\nline: {product: jiebei}\n"
    yield "a YAML directive of the future", b"%YAML 9.9\n---\nline: {product: jiebei}\n"
    yield "an unknown directive", b"%FOO bar\n---\nline: {product: jiebei}\n"
    yield "two documents", b"line: {product: jiebei}\n---\nline: {product: huabei}\n"
    yield "many documents", b"---\n" * 100_000
    yield "many ends", b"...\n" * 100_000
    yield "a literal block", b"line: |\n  product: jiebei\n"
    yield "a folded block", b"line: >-\n  product: jiebei\n"
    yield "a long block", b"line: |\n" + b"  x\n" * 200_000
    yield "a block with wild indentation", b"line: |99\n  x\n"
    yield "a list as key", b"[a, b]: 1\n"
    yield "a mapping as key", b"{a: 1}: 1\n"
    yield "a question mark key", b"? line\n: {product: jiebei}\n"
    yield "a null key", b"~: 1\n: 2\n"
    yield "a true key", b"true: 1\nyes: 2\n"
    yield "a colon only", b":\n"
    yield "colons", b": : : :\n"
    yield "a repeated key", b"line: {product: jiebei, product: huabei}\n"
    yield "a repeated section", b"line: {product: jiebei}\nline: {change: cut}\n"
    yield "tabs", b"line:\n\tproduct: jiebei\n"
    yield "tabs after values", b"line:\n  product:\tjiebei\t\n"
    yield "full-width colons", "line：\n  product：jiebei\n"
    yield "wild indentation", b"line:\n    product: jiebei\n  change: cut\n      x: 1\n"
    yield "an open quote", b'line: {product: "jiebei\n'
    yield "an open bracket", b"line: {product: [jiebei\n"
    yield "a wrong bracket", b"line: {product: [jiebei}\n"
    yield "a stray percent", b"line: {product: %jiebei}\n"
    yield "a reserved mark", b"line: @jiebei\nx: `y`\n"
    yield "escapes in quotes", b'line: {product: "\\e[31m\\x9b\\u202e\\U0001F600\\0"}\n'
    yield "a bad escape", b'line: {product: "\\q"}\n'
    yield "a surrogate by escape", b'line: {product: "\\ud800"}\n'
    yield "an id with escapes", b'id: "\\e]0;title\\a\\x1b[2J\\x9b31m\\u202eabc\\u2066"\nline: {product: jiebei}\n'
    yield "a sexagesimal", b"person: {age: 1:30:00}\n"
    yield "an octal", b"person: {age: 0o17}\nline: {limit_before: 017}\n"
    yield "underscores in numbers", b"line: {limit_before: 1_000_000}\n"
    yield "the Norway problem", b"line: {product: no}\n"
    yield "comments without end", b"# x\n" * 200_000
    yield "a comment of a megabyte", lambda: b"#" * _HUGE


def _json_syntax() -> _Made:
    yield "JSON cut short", as_json(PROFILE)[:-5]
    yield "JSON with a comma too many", b'{"line": {"product": "jiebei",},}'
    yield "JSON with comments", b'{"line": {} // nothing\n}'
    yield "JSON with single quotes", b"{'line': {'product': 'jiebei'}}"
    yield "JSON twice", as_json(PROFILE) * 2
    yield "JSON lines", as_json(PROFILE) + "\n" + as_json(PROFILE)
    yield "JSON with a repeated key", b'{"line": {"product": "jiebei", "product": "huabei"}}'
    yield "JSON with a repeated section", b'{"line": {"product": "jiebei"}, "line": {"change": "cut"}}'
    yield "JSON with NaN", b'{"line": {"limit_before": NaN}}'
    yield "JSON with Infinity", b'{"line": {"limit_before": -Infinity}}'
    yield "deep JSON lists", b"[" * 100_000 + b"]" * 100_000
    yield "deep JSON objects", b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    yield "deep JSON in a value", b'{"line": {"product": ' + b"[" * 5000 + b"]" * 5000 + b"}}"
    yield "deep JSON in a note", b'{"note": ' + b"[" * 5000 + b"]" * 5000 + b"}"
    yield "brackets in a text", as_json({"note": "[{" * 100_000})
    yield "a lone surrogate", b'{"line": {"product": "\\ud800"}}'
    yield "a lone surrogate as id", b'{"id": "\\udfff\\ud800", "line": {"product": "jiebei"}}'
    yield "a lone surrogate as key", b'{"\\ud800": 1, "line": {"\\udc00": 1}}'
    yield "NUL by escape", b'{"id": "a\\u0000b", "line": {"product": "\\u0000"}}'
    yield "an escape in a key", b'{"\\u001b[31m": 1, "line": {"\\u009b2J": 1}}'
    yield "a tab in JSON text", b'{"line": {"product": "jie\tbei"}}'
    yield "JSON inside YAML", b'line: {"product": "jiebei", "change": cut}\n'
    yield "JSON with a mark in front", codecs.BOM_UTF8 + as_json(PROFILE).encode()


def _sizes() -> _Made:
    yield "one byte too large", lambda: b"#" * ((1 << 20) + 1)
    yield "ten megabytes", lambda: b"line: {product: jiebei}\n" * 450_000
    yield "a key of a megabyte", lambda: as_json({"a" * _HUGE: 1}).encode()
    yield "an inner key of a megabyte", lambda: as_json({"line": {"a" * _HUGE: 1}}).encode()
    yield "a YAML key of a megabyte", lambda: b"a" * _HUGE + b": 1\n"
    yield "a value of a megabyte", lambda: with_value("line.product", "a" * _HUGE).encode()
    yield "a YAML value of a megabyte", lambda: b"line: {product: " + b"a" * _HUGE + b"}\n"
    yield "a list word of a megabyte", lambda: with_value("borrowing.use_of_funds", ["a" * _HUGE]).encode()
    yield "a quoted line of a megabyte", lambda: b'line: "' + b"\\" * _HUGE
    yield "quotes of a megabyte", lambda: b"x: '" + b"''" * (_HUGE // 2)
    yield "a text over many lines", lambda: b'x: "' + b"a\n " * (_HUGE // 3) + b'"'
    yield "70,000 unknown keys", lambda: as_json({f"k{n}": 1 for n in range(70_000)}).encode()
    yield "20,000 unknown YAML keys", lambda: b"".join(b"k%d: 1\n" % n for n in range(20_000))
    yield "70,000 unknown inner keys", lambda: as_json({"line": {f"k{n}": 1 for n in range(70_000)}}).encode()
    yield "keys almost right", lambda: as_json({"line": {f"limit_befor{n}": 1 for n in range(40_000)}}).encode()
    yield "long keys almost right", lambda: as_json({"line": {f"limit_before_limit_after_{n}": 1 for n in range(25_000)}}).encode()
    yield "one key 40,000 times", lambda: b"line:\n" + b"  product: jiebei\n" * 40_000
    yield "many JSON numbers", lambda: b"[" + b"1," * 400_000 + b"1]"
    yield "many YAML words", lambda: b"[" + b"a," * 400_000 + b"a]"
    yield "many list words", lambda: with_value("borrowing.use_of_funds", ["daily"] * 90_000).encode()
    yield "many list words in one text", lambda: with_value("borrowing.use_of_funds", "daily," * 100_000).encode()
    yield "empty lines", lambda: b"\n" * _HUGE
    yield "blanks of a megabyte", lambda: b" " * _HUGE
    yield "tabs of a megabyte", lambda: b"\t" * _HUGE
    yield "colons of a megabyte", lambda: b"a: " * (_HUGE // 3)
    yield "full-width colons on every line", lambda: "键：值\n".encode() * 90_000
    yield "hyphens of a megabyte", lambda: b"-" * _HUGE


_NUMBERS = {
    "5000 digits": "9" * 5000,
    "5000 digits with a point": "0." + "1" * 5000,
    "overflow": "1e999",
    "underflow": "1e-999",
    "largest float": "1.7976931348623157e308",
    "smallest float": "5e-324",
    "minus zero": "-0.0",
    "minus one": "-1",
    "a tiny fraction": "0.0000001",
    "40 digits": "1" * 40,
    "a year": "2025",
    "two to 63": str(2**63),
    "two to 64": str(2**64),
}


def _numbers() -> _Made:
    for name, digits in _NUMBERS.items():
        yield f"amount: {name}", f'{{"line": {{"limit_before": {digits}, "limit_after": 1, "in_use": 1}}}}'
        yield f"age: {name}", f'{{"person": {{"age": {digits}}}, "line": {{"change": "cut"}}}}'
    yield "a huge quotient", b'{"line": {"limit_before": 0.000001, "limit_after": 99999999, "in_use": 1e300}}'
    yield "hexadecimal", b"line: {limit_before: 0x10}\n"
    yield "many commas", with_value("line.limit_before", "1," * 90)
    yield "Chinese digits without end", with_value("line.limit_before", "万亿" * 90)
    yield "Chinese digits multiplied", with_value("line.limit_before", "九千九百九十九万" * 20)
    yield "a fraction character", with_value("line.limit_before", "½")
    yield "superscript digits", with_value("line.limit_before", "10²")
    yield "Arabic digits", with_value("line.limit_before", "٥٠٠٠")
    yield "a negative share", with_value("credit.card_utilisation", "-10%")
    yield "percent of percent", with_value("credit.card_utilisation", "5%%%%%%%%%%")
    yield "a day that is not", with_value("line.changed_on", "2025-02-30")
    yield "the year zero", with_value("line.changed_on", "0000-00-00")
    yield "a far year", with_value("line.changed_on", "9999999999-01-01")
    yield "as_of in the past", as_json({"as_of": "1990-01", "line": {"changed_on": "2100-12-31"}})
    yield "a date with marks only", with_value("line.changed_on", "年月日" * 60)
    yield "a date as number", with_value("line.changed_on", 20250101)
    yield "a date as float", with_value("line.changed_on", 1e300)


def _texts() -> _Made:
    everything = "".join(map(chr, INVISIBLE))
    yield "every invisible character as id", as_json({**PROFILE, "id": everything})
    yield "every invisible character as value", with_value("line.product", everything)
    yield "every invisible character as key", as_json({everything: 1, "line": {everything: 1}})
    yield "every invisible character as section", as_json({"line": everything})
    for code in (
        0x00,
        0x07,
        0x08,
        0x0B,
        0x0C,
        0x1B,
        0x7F,
        0x85,
        0x9B,
        0x9D,
        0x200B,
        0x200E,
        0x202E,
        0x2028,
        0x2066,
        0x2069,
        0xFEFF,
        0xFFFE,
        0xE0041,
    ):
        char = chr(code)
        yield f"U+{code:04X} in a value", f"line:\n  product: jie{char}bei\n"
        yield f"U+{code:04X} in an id", f"id: 甲{char}乙\nline:\n  product: jiebei\n"
    yield "a terminal title", "id: \x1b]0;owned\x07\nline: {product: jiebei}\n"
    yield "C1 sequences", 'id: "\\x9b31m red \\x9d0;t\\x9c"\nline: {product: jiebei}\n'
    yield "a link for a terminal", 'id: "\\e]8;;http://example.invalid\\e\\\\x"\nline: {product: jiebei}\n'
    yield "rich markup", as_json({**PROFILE, "id": "[bold red]x[/] [link=file:///etc/passwd]"})
    yield "HTML", as_json({**PROFILE, "id": "</title><script>alert(1)</script><!--"})
    yield "a format string", as_json({**PROFILE, "id": "{0}{name}{__class__}%s%n"})
    yield "a formula", as_json({**PROFILE, "id": "=cmd|'/c calc'!A0"})
    yield "a path as id", as_json({**PROFILE, "id": "../../etc/passwd"})
    yield "stacked accents", as_json({**PROFILE, "id": "z" + "\u0301" * 3000})
    yield "emoji families", as_json({**PROFILE, "id": "👨\u200d👩\u200d👧\u200d👦" * 40})
    yield "flags", as_json({**PROFILE, "id": "🇨🇳" * 90})
    yield "right to left", as_json({**PROFILE, "id": "\u202eمرحبا\u202c"})
    yield "a filler letter as key", "\u3164: 1\n"
    yield "letters that look alike", "linе:\n  product: jiebei\n"
    yield "ideographic blanks", "line:\n\u3000\u3000product: jiebei\n"
    yield "no-break blanks", "line:\n\u00a0\u00a0product: jiebei\n"


def _encodings() -> _Made:
    yield "UTF-16 without a mark", VALID.encode("utf-16-le")
    yield "UTF-16 little", codecs.BOM_UTF16_LE + VALID.encode("utf-16-le")
    yield "UTF-16 big", codecs.BOM_UTF16_BE + VALID.encode("utf-16-be")
    yield "UTF-16 of odd length", codecs.BOM_UTF16_LE + VALID.encode("utf-16-le") + b"\n"
    yield "UTF-16 with a lone surrogate", codecs.BOM_UTF16_LE + "line: {product: x".encode("utf-16-le") + b"\x00\xd8}\x00"
    yield "a mark of UTF-16 only", codecs.BOM_UTF16_LE
    yield "a mark and one byte", codecs.BOM_UTF16_LE + b"a"
    yield "UTF-32", VALID.encode("utf-32")
    yield "a mark only", codecs.BOM_UTF8
    yield "two marks", codecs.BOM_UTF8 * 2 + VALID.encode()
    yield "a mark in the middle", VALID.replace("closed", "clo\ufeffsed")
    yield "a mark and broken UTF-8", codecs.BOM_UTF8 + b"line: \xff\xfe\n"
    yield "GB18030", VALID.replace("jiebei", "借呗").encode("gb18030")
    yield "GB18030 with four bytes", VALID.replace("jiebei", "𠮷㐀€").encode("gb18030")
    yield "GB18030 cut in a character", "id: 借呗".encode("gb18030")[:-1]
    yield "Big5", "id: 額度變更\nline: {product: jiebei}\n".encode("big5")
    yield "Latin-1", "id: Grüße aus Köln\n".encode("latin-1")
    yield "Shift JIS", "id: 限度額テスト\n".encode("shift-jis")
    yield "UTF-7", "id: 额度\n".encode("utf-7")
    yield "overlong UTF-8", b"line: {product: \xc0\xaf\xe0\x80\xaf}\n"
    yield "a surrogate in UTF-8", b"line: {product: \xed\xa0\x80}\n"
    yield "beyond Unicode", b"line: {product: \xf4\x90\x80\x80}\n"
    yield "UTF-8 cut in a character", "id: 借呗".encode()[:-1]
    yield "mixed encodings", "id: 借呗\n".encode() + "note: 借呗\n".encode("gb18030")
    yield "0xFF without end", b"\xff" * 10_000
    yield "0x80 without end", b"\x80" * 10_000
    yield "0x81 0x30 without end", b"\x81\x30" * 10_000
    yield "zeros", b"\x00" * 10_000


def _lines() -> _Made:
    yield "CRLF", VALID.replace("\n", "\r\n")
    yield "CR only", VALID.replace("\n", "\r")
    yield "NEL", VALID.replace("\n", "\x85")
    yield "line separators", VALID.replace("\n", "\u2028")
    yield "paragraph separators", VALID.replace("\n", "\u2029")
    yield "form feeds", VALID.replace("\n", "\n\x0c")
    yield "mixed line ends", "line:\r\n  product: jiebei\n  change: closed\rperson:\n"
    yield "no line end", VALID.rstrip()
    yield "an error after NEL", "line:\x85  product: jiebei\n  product: huabei\n"
    yield "line separators without end", "\u2028" * 300_000
    yield "NUL between all", "\x00".join(VALID)


def _other_files() -> _Made:
    yield "a PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
    yield "a PNG", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256))
    yield "a JPEG", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256))
    yield "an xlsx", b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00[Content_Types].xml" + bytes(range(256))
    yield "gzip", lambda: gzip.compress(VALID.encode(), mtime=0)
    yield "an ELF", b"\x7fELF\x02\x01\x01" + b"\x00" * 500
    yield "HTML page", b"<!doctype html><html><body>line: jiebei</body></html>"
    yield "XML with entities", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;&b;</a>'
    yield "CSV", "line.product,line.change\n借呗,closed\n"
    yield "CSV of Excel", codecs.BOM_UTF8 + "产品;变化\r\n借呗;关闭\r\n".encode()
    yield "TSV", "产品\t变化\n借呗\t关闭\n"
    yield "INI", b"[line]\nproduct=jiebei\n"
    yield "TOML", b'[line]\nproduct = "jiebei"\n'
    yield "a shell script", b"#!/bin/sh\nrm -rf /tmp/nothing\n"
    yield "a pickle", b"\x80\x04\x95\x0f\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x8c\x06system\x93."
    yield "prose", "我的借呗额度昨天没了，我也不知道为什么，请帮我看看：谢谢。\n"
    yield "a chat", "我：借呗没了\n客服：综合评估未通过\n"


def _folding() -> _Made:
    yield "accents that must be sorted", lambda: with_value("borrowing.use_of_funds", ["a" + "\u0301\u0323" * 60_000]).encode()
    yield "accents in a choice", lambda: with_value("line.product", "a" + "\u0301\u0323" * 60_000).encode()
    yield "accents in a key", lambda: as_json({"a" + "\u0301\u0323" * 60_000: 1}).encode()
    yield "ligatures that unfold", with_value("line.product", "\ufdfa" * 200)
    yield "ligatures in a list", with_value("borrowing.use_of_funds", ["\ufdfa" * 200] * 150)
    yield "ligatures in an amount", with_value("line.limit_before", "\ufdfa" * 200)
    yield "a choice that almost fits, long", with_value("line.product", "jiebei" * 33)
    yield "choices that almost fit, many", with_value("borrowing.use_of_funds", [f"stocks_or_fund{n}" for n in range(200)])
    yield "digits for a pattern", with_value("line.limit_before", "1,111," * 33 + "x")
    yield "blanks for a pattern", with_value("line.changed_on", "2025-01-01 " + " " * 180 + "x")
    yield "Turkish letters", with_value("line.product", "JİEBEI")
    yield "a sharp s", with_value("line.product", "ß" * 200)


def _noise() -> _Made:
    for seed in range(6):
        yield f"random bytes {seed}", random.Random(seed).randbytes(20_000)
        yield f"random ASCII {seed}", bytes(random.Random(seed).choices(b"{}[]:,-?&*!|>'\"%@`#\n\t abc019", k=3000))
