#!/usr/bin/env python3
"""How time and memory grow with the findings of one file, over doubling sizes: a directory, a history and a range.

Usage: growth.py NOSPILL [LARGEST]. Prints Markdown tables. Every file is made here, of random values from a fixed seed.
"""

import os
import random
import resource
import string
import subprocess
import sys
import tempfile
import time

LETTERS = string.ascii_letters + string.digits
SHAPES = {
    "lines with a URL": lambda r, at: "DATABASE_URL=postgres://svc:%s@db.internal:5432/app\n" % r(24),
    "objects, one a line": lambda r, at: '{"password":"%s"},\n' % r(14),
    "objects on one line": lambda r, at: '{"password":"%s"},' % r(14),
    "names that are numbered": lambda r, at: "SECRET_%d=%s\n" % (at, r(32)),
}
SCANS = {"dir": ["dir"], "history": ["history"], "range": ["history", "HEAD~1..HEAD"]}


def git(folder, *args):
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *args], cwd=folder, check=True, capture_output=True)


def repository(folder, shape, count):
    values = random.Random(count)
    git(folder, "init", "-q")
    git(folder, "commit", "-q", "--allow-empty", "-m", "empty")
    with open(os.path.join(folder, "file"), "w", encoding="ascii") as file:
        for at in range(count):
            file.write(SHAPES[shape](lambda length: "".join(values.choices(LETTERS, k=length)), at))
    git(folder, "add", "file")
    git(folder, "commit", "-q", "-m", "file")


def measure(nospill, folder, scan):
    """Seconds and MiB of the best of three runs."""
    best = None
    for _ in range(3):
        started = time.monotonic()
        process = subprocess.Popen([nospill, *SCANS[scan], "--format", "json"], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - started
        assert process.returncode == 1, (scan, process.returncode)
        taken = (seconds, usage.ru_maxrss / 1024)
        best = min(best or taken, taken)
    return best


def main():
    nospill, largest = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 80_000
    sizes = []
    size = 5_000
    while size <= largest:
        sizes.append(size)
        size *= 2
    for shape in SHAPES:
        print(f"\n**{shape}**, seconds (MiB)\n\n| findings | " + " | ".join(SCANS) + " |")
        print("|---" * (len(SCANS) + 1) + "|")
        for size in sizes:
            with tempfile.TemporaryDirectory() as folder:
                repository(folder, shape, size)
                cells = [measure(nospill, folder, scan) for scan in SCANS]
                print(f"| {size:,} | " + " | ".join(f"{seconds:.2f} ({mib:.0f})" for seconds, mib in cells) + " |", flush=True)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
