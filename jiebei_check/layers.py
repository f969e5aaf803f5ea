"""Two documents as one: a private rule file laid over the bundled file of the same name, each value keeping its own line."""

from .document import Document

BASE = "bundled/"  # the bundled files that a private one is laid over stand under this prefix

_DEPTH = 2  # file -> entries: mappings are merged down to here, below it an entry replaces an entry
_DEEP = ("languages/",)  # a language's words are nested: merged all the way down


def lay_document(path: str, own: Document, base: Document) -> Document:
    """``own`` over ``base``: keys of both, its own where both have one."""
    depth = 99 if path.startswith(_DEEP) else _DEPTH
    return own._replace(data=_merge(base.data, own.data, depth), below=base)


def _merge(base: object, own: object, depth: int) -> object:
    if not isinstance(base, dict) or not isinstance(own, dict) or depth == 0:
        return own
    return {**base, **{key: _merge(base.get(key), value, depth - 1) for key, value in own.items()}}
