"""Private rule sets: `extends: bundled` adds to, replaces or switches off parts of the bundled rules without copying them.

- a cause, a scenario or a letter replaces the one of the same file name;
- actions, sources, sayings, checks, alerts, facts and words are added, or replaced key by key;
- a key of ruleset.yaml replaces the bundled one, its mappings key by key; `switch_off` leaves causes out.
"""

from collections.abc import Mapping

from .layers import BASE

_WHOLE = ("causes/", "scenarios/", "letters/")  # one file, one thing


def lay_over(base_files: Mapping[str, bytes], own_files: Mapping[str, bytes], folder_name: str = "") -> dict[str, bytes]:  # noqa: ARG001 - files are named by whoever shows them
    """The files of both, ``own_files`` winning; a bundled file that is only partly replaced is kept under :data:`BASE`.

    ``folder_name`` is what errors would call the private folder; the files name themselves, so it is not needed here.
    """
    merged = {**base_files, **own_files}
    for path in own_files:
        if path in base_files and not path.startswith(_WHOLE):
            merged[BASE + path] = base_files[path]
    return merged
