"""HTML as values: text is escaped where it enters, so that nothing from outside can become markup."""

from html import escape

from ..decoding import visible

_VOID = frozenset({"meta", "rect", "line", "path"})


class Markup(str):
    """Text that is HTML already. Only :func:`tag`, :func:`join` and constants of this package make it."""

    __slots__ = ()


def tag(name: str, *children: str, **attributes: str) -> Markup:
    """An element. A child that is not Markup is escaped; ``class_`` stands for ``class``, ``aria_label`` for ``aria-label``."""
    written = "".join(f' {key.rstrip("_").replace("_", "-")}="{_safe(value)}"' for key, value in attributes.items())
    if name in _VOID:
        return Markup(f"<{name}{written}/>")
    return Markup(f"<{name}{written}>{join(*children)}</{name}>")


def join(*children: str) -> Markup:
    """Children one after the other, those that are not Markup escaped."""
    return Markup("".join(child if isinstance(child, Markup) else _safe(child) for child in children))


def lines(*children: str) -> Markup:
    """As :func:`join`, each child that is not empty on a line of its own: the file stays readable and comparable."""
    return Markup("\n".join(join(child) for child in children if child))


def _safe(text: str) -> str:
    return escape(visible(text), quote=True)
