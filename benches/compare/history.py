#!/usr/bin/env python3
"""Times `nospill history` beside git and other scanners on one repository, in one run.

    [PEERS=FOLDER] history.py NOSPILL REPO [ROUNDS]

PEERS holds the programs `kingfisher`, `gitleaks` and `betterleaks`; what is not there is left out. Each round runs every
row once, in turn, so that a busy machine is busy for all; the best of each row counts. Peak memory is the largest of all
rounds. Ratios are to `git cat-file` printing every object.
"""

import os
import subprocess
import sys
import tempfile
import time


def measured(command, repo):
    """Seconds and peak MiB of one run."""
    started = time.monotonic()
    process = subprocess.Popen(command, cwd=repo, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    code = os.waitstatus_to_exitcode(status)
    return seconds, usage.ru_maxrss / 1024, code


def main():
    nospill, repo = (os.path.abspath(path) for path in sys.argv[1:3])
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    head = subprocess.run(["git", "rev-list", "--max-count=1", "--skip=10", "--first-parent", "HEAD"], cwd=repo, capture_output=True, text=True)
    back = head.stdout.strip()
    cache, report = tempfile.mkdtemp(), os.path.join(tempfile.mkdtemp(), "report.json")
    rows = [
        ("git cat-file --batch of all objects", "git cat-file --batch-all-objects --batch --buffer --unordered".split()),
        ("nospill history", [nospill, "history"]),
        ("nospill history --threads 1", [nospill, "history", "--threads", "1"]),
        ("nospill history --cache, from the second run", [nospill, "history", "--cache", cache]),
        ("git diff --stat HEAD~10..HEAD", ["git", "diff", "--stat", f"{back}..HEAD"]),
        ("nospill history HEAD~10..HEAD", [nospill, "history", f"{back}..HEAD"]),
    ]
    peers = os.environ.get("PEERS", "")
    for name, arguments in [
        ("kingfisher", f"scan --git-repo-timeout 0 --turbo --no-validate --no-update-check -q -f jsonl -o {report} {repo}"),
        ("betterleaks", f"git --no-banner -s -o {report} {repo}"),
        ("gitleaks", f"git --no-banner --log-opts=--all -f json -r {report} {repo}"),
    ]:
        if os.path.exists(os.path.join(peers, name)):
            rows.append((name, [os.path.join(peers, name), *arguments.split()]))
    subprocess.run([nospill, "history", "--cache", cache], cwd=repo, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    best = {name: (float("inf"), 0.0, 0) for name, _ in rows}
    for round in range(rounds):
        for name, command in rows:
            if round > 0 and name in ("kingfisher", "betterleaks", "gitleaks"):
                continue
            seconds, memory, code = measured(command, repo)
            best[name] = (min(best[name][0], seconds), max(best[name][1], memory), code)
    base = best[rows[0][0]][0]
    print(f"{os.path.basename(repo)}, {rounds} rounds, load {os.getloadavg()[0]:.1f}\n")
    print("| what | seconds | ratio | MiB | exit |\n|---|---|---|---|---|")
    for name, _ in rows:
        seconds, memory, code = best[name]
        print(f"| {name} | {seconds:.2f} | {seconds / base:.2f} | {memory:.0f} | {code} |")


main()
