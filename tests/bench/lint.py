"""How long `rules lint` and `rules test` of the bundled rules take, start-up included: the median of some runs.

python tests/bench/lint.py [runs]      needed: lint in 3 s or less
"""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median

RUNS = int(sys.argv[1]) if len(sys.argv) > 1 else 7


def seconds(*arguments: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "jiebei_check", *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


for command in (("rules", "lint"), ("rules", "test"), ("rules", "test", "--coverage"), ("rules", "show", "--all", "--format", "html")):
    times = [seconds(*command) for _ in range(RUNS)]
    print(f"{' '.join(command):34} {median(times):6.2f} s  (least {min(times):.2f}, most {max(times):.2f})")
