"""``python -m jiebei_check``, and the installed command."""

import sys


def run() -> None:
    """Start the command line; Ctrl-C ends it quietly even while it is still being loaded."""
    try:
        from .cli import run as start  # noqa: PLC0415 - inside, because loading takes longest

        start()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    run()
