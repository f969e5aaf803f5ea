"""Commands: one file each, with a ``register(app)``; see :mod:`jiebei_check.cli`."""
