"""``python -m jiebei_check``."""

from .cli import run

run()
