"""Start-up as a ratio to an empty interpreter: interleaved runs, medians. Run it with the Python that has jiebei-check.

python tests/bench/startup.py [RUNS]
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROFILE = {
    "as_of": "2025-06-20",
    "line": {"product": "jiebei", "change": "closed", "changed_on": "2025-06", "limit_before": 38000, "message": "assessment_failed"},
    "activity": {"payments_per_month": 30, "ever_borrowed": True},
    "borrowing": {"last_loan_amount": 500, "last_loan_days_held": 1, "days_from_repayment_to_change": 2, "borrowed_to_test": True},
    "repayment": {"overdue_now": False, "overdue_times_12m": 0},
}
NEEDED = {"--version": 7.0, "diagnose x.json --format json": 8.5, "diagnose x.yaml": 12.0}


# What is measured is an installed program: its byte code is there, as after `pip install`.
SURROUNDINGS = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


def elapsed(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=SURROUNDINGS)
    return time.perf_counter() - start


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    program = str(Path(sys.executable).with_name("jiebei-check"))
    with tempfile.TemporaryDirectory() as folder:
        as_json, as_yaml = Path(folder, "x.json"), Path(folder, "x.yaml")
        as_json.write_text(json.dumps(PROFILE), encoding="utf-8")
        as_yaml.write_text(
            json.dumps(PROFILE, indent=1).replace("{", "").replace("}", "").replace('"', "").replace(",", ""), encoding="utf-8"
        )
        commands = {
            "pass": [sys.executable, "-c", "pass"],
            "--version": [program, "--version"],
            "diagnose x.json --format json": [program, "diagnose", str(as_json), "--format", "json"],
            "diagnose x.yaml": [program, "diagnose", str(as_yaml)],
        }
        for command in commands.values():
            elapsed(command)
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(runs):
            for name, command in commands.items():
                times[name].append(elapsed(command))
    base = statistics.median(times["pass"])
    print(f"python -c pass: median {base * 1000:.1f} ms over {runs} runs")
    for name, needed in NEEDED.items():
        median = statistics.median(times[name])
        print(f"{name:32} median {median * 1000:6.1f} ms  ratio {median / base:5.2f}  (needed <= {needed})")


if __name__ == "__main__":
    main()
