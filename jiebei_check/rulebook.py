"""Finding a rule set on disk, and remembering it in compiled form.

The rules are one folder: ``jiebei_check/rules`` in a wheel, ``rules`` beside the package in a checkout or an editable
install. A compiled copy is kept in the user's cache folder, with the names, sizes and times of the files it was made from.
A cache that does not match them, is not ours, can be written by others, is damaged or is of another format is ignored; the
rules are then read again.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from .document import read_bytes
from .errors import DataError, Problem, ReadError
from .ruleset import RuleSet

_MAX_FILES = 1000
_KEPT = 8  # compiled rule sets kept in the cache
_GONE_OR_BAD = (OSError, ValueError, TypeError, KeyError, IndexError, RecursionError)


def rules_folder() -> Path:
    """The folder of the bundled rules."""
    package = Path(__file__).resolve().parent
    inside = package / "rules"
    return inside if inside.is_dir() else package.parent / "rules"


def load_rules(folder: str | os.PathLike[str] | None = None) -> RuleSet:
    """The rule set in ``folder``, by default the bundled one.

    Raises ReadError where the folder cannot be read, and DataError, naming every fault, where the rules are wrong.
    """
    stamp = _stamp(folder)
    cached = _recall(stamp)
    if cached is not None:
        return cached
    from .loader import build, require  # noqa: PLC0415 - a warm run never reads YAML

    files = read_files(folder)
    rules = require(build(files, content_hash(files), shown_as(folder)))
    if folder is not None:
        rules = _with_bundled_words(rules)
    _remember(rules, stamp)
    return rules


def _with_bundled_words(rules: RuleSet) -> RuleSet:
    """A private rule set need not repeat the program's own words; those it has go before the bundled ones."""
    bundled = load_rules().languages
    merged = {
        key: language._replace(words={**bundled[key].words, **language.words}) if key in bundled else language
        for key, language in rules.languages.items()
    }
    return rules._replace(languages=merged)


def _stamp(folder: str | os.PathLike[str] | None) -> str:
    """What tells whether the files changed: name, size and time of each, as for byte code. Cheaper than reading them."""
    places = [rules_folder()] if folder is None else [rules_folder(), Path(folder)]
    parts = []
    for place in places:
        for entry in _entries(place, os.fspath(folder) if folder is not None else ""):
            try:
                state = entry.stat()
            except OSError:  # a link to nowhere: reading it will say so
                parts.append(f"{entry.path}|gone")
                continue
            parts.append(f"{entry.path}|{state.st_size}|{state.st_mtime_ns}")
    return "\t".join(parts).replace("\n", " ")


def bundled_version() -> str:
    """The version of the bundled rules, read without loading them."""
    text = read_bytes(str(rules_folder() / "ruleset.yaml")).decode("utf-8", "replace")
    return next((line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("version:")), "")


def read_files(folder: str | os.PathLike[str] | None = None) -> dict[str, bytes]:
    """Relative POSIX path -> content of every YAML file of a rule set, with what it extends laid below it."""
    if folder is None:
        return _read_folder(rules_folder(), "")
    files = _read_folder(Path(folder), os.fspath(folder))
    if b"extends:" in files.get("ruleset.yaml", b""):
        from .overlay import lay_over  # noqa: PLC0415 - only private rule sets need it

        return lay_over(_read_folder(rules_folder(), ""), files, os.fspath(folder))
    if not any(path.startswith("languages/") for path in files):
        bundled = _read_folder(rules_folder(), "")
        files |= {path: content for path, content in bundled.items() if path.startswith("languages/")}
    return files


def _entries(folder: Path, name: str) -> list[os.DirEntry[str]]:
    """The YAML files of a folder and of the folders in it, hidden ones left out, in the order of their names."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        folders = [entry for entry in entries if entry.is_dir() and not entry.name.startswith(".")]
        inner = [found for entry in folders for found in sorted(os.scandir(entry.path), key=lambda found: found.name)]
    except (OSError, ValueError) as error:
        codes: dict[type[Exception], str] = {FileNotFoundError: "no_such_folder", NotADirectoryError: "not_a_folder"}
        code = codes.get(type(error), "cannot_read")
        raise ReadError([Problem(code, name or str(folder))]) from None
    found = [entry for entry in (*entries, *inner) if entry.name.endswith((".yaml", ".yml")) and not entry.name.startswith(".")]
    if len(found) > _MAX_FILES:
        raise DataError([Problem("too_many_values", name or str(folder))])
    return found


def _read_folder(folder: Path, name: str) -> dict[str, bytes]:
    return {Path(entry.path).relative_to(folder).as_posix(): read_bytes(entry.path) for entry in _entries(folder, name)}


def shown_as(folder: str | os.PathLike[str] | None) -> Callable[[str], str]:
    """How errors name a rule file: by the folder that was given, or by its bundled name where it stands only there."""
    if folder is None:
        return str
    prefix = os.fspath(folder).rstrip("/")

    def name(path: str) -> str:
        return f"{prefix}/{path}" if os.path.exists(os.path.join(prefix, path)) else f"rules/{path.removeprefix('bundled/')}"

    return name


def content_hash(files: dict[str, bytes]) -> str:
    """A hash of names and contents, hexadecimal, the same on every machine."""
    from hashlib import sha256  # noqa: PLC0415

    digest = sha256()
    for path in sorted(files):
        digest.update(f"{path}\0{len(files[path])}\0".encode())
        digest.update(files[path])
    return digest.hexdigest()[:32]


def cache_folder() -> Path:
    """The one place that is written without being named: compiled rules, no profile data."""
    named = os.environ.get("JIEBEI_CHECK_CACHE")
    if named:
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "jiebei-check" / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "jiebei-check"


def _cache_file(stamp: str) -> Path:
    from zlib import crc32  # noqa: PLC0415

    from . import __version__  # noqa: PLC0415 - the package imports this module lazily
    from .compiled import FORMAT  # noqa: PLC0415

    return cache_folder() / f"rules-{crc32(stamp.encode('utf-8', 'surrogateescape')):08x}-{__version__}-{FORMAT}.json"


def _recall(stamp: str) -> RuleSet | None:
    """The compiled rules for these very files, or None. What is read: a checksum, the stamp, the rules, a line each."""
    from zlib import crc32  # noqa: PLC0415

    from .compiled import load  # noqa: PLC0415

    try:
        handle = os.open(_cache_file(stamp), os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with open(handle, "rb") as file:
            state = os.fstat(handle)
            if hasattr(os, "geteuid") and (state.st_uid != os.geteuid() or state.st_mode & 0o022):
                return None
            checksum, _, rest = file.read().partition(b"\n")
        stored, _, payload = rest.partition(b"\n")
        if int(checksum, 16) != crc32(rest) or stored != stamp.encode("utf-8", "surrogateescape"):
            return None
        return load(payload.decode("utf-8"))
    except (RuntimeError, *_GONE_OR_BAD):  # RuntimeError: no home folder
        return None


def _remember(rules: RuleSet, stamp: str) -> None:
    from zlib import crc32  # noqa: PLC0415

    from .compiled import dump  # noqa: PLC0415

    content = stamp.encode("utf-8", "surrogateescape") + b"\n" + dump(rules).encode("utf-8")
    try:
        path = _cache_file(stamp)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.urandom(6).hex()}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with open(handle, "wb") as file:
                file.write(f"{crc32(content):08x}\n".encode() + content)
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        others = sorted(path.parent.glob("rules-*.json"), key=lambda other: other.stat().st_mtime, reverse=True)
        for other in others[_KEPT:]:
            other.unlink(missing_ok=True)
    except (RuntimeError, OSError):
        return  # a read-only home is no reason to fail; the next run reads the YAML again
