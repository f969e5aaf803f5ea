"""The entry point: ``jiebei-check`` and ``python -m jiebei_check``."""

import gc

gc.disable()  # nothing that is imported becomes garbage; collecting meanwhile costs a tenth of the start (on again in `main`)

from .cli import run  # noqa: E402 - after the line above, or it would come too late

if __name__ == "__main__":
    run()
