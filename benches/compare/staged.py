#!/usr/bin/env python3
"""Time `nospill staged` against `git diff --cached --quiet`, whole processes, in turn.

    benches/compare/staged.py NOSPILL REPO [--runs N]

REPO is a clean work tree that this script stages cases in and resets. Rounds go A B, A B, ...; figures are medians, and
the ratio is the median of each round's ratio, so that a noisy machine is noisy for both. Prints a markdown table.
"""
import argparse, os, statistics, subprocess, time


def git(repo, *words):
    return subprocess.run(["git", "-C", repo, *words], check=True, capture_output=True, text=True).stdout


def stage(repo, case):
    git(repo, "reset", "-q", "--hard")
    git(repo, "clean", "-qfd")
    tracked = [f for f in git(repo, "ls-files", "-z").split("\0") if f.endswith((".c", ".h")) and os.path.isfile(f"{repo}/{f}")]
    kind, amount = case.split(":")
    if kind == "files":
        paths = tracked[:: max(1, len(tracked) // int(amount))][: int(amount)]
        for i, path in enumerate(paths):
            with open(f"{repo}/{path}", "a") as file:
                file.write("".join(f"static int probe_{i}_{j} = {j};\n" for j in range(5)))
    else:
        paths, text = ["probe.txt"], []
        size = int(amount) * 10**6
        for path in tracked * 1000:
            with open(f"{repo}/{path}", encoding="utf-8", errors="replace") as file:
                text.append(file.read())
            size -= len(text[-1])
            if size <= 0:
                break
        with open(f"{repo}/probe.txt", "w", encoding="utf-8") as file:
            file.write("".join(text))
    git(repo, "add", "-f", "--", *paths)


def timed(argv, repo):
    start = time.monotonic()
    child = subprocess.Popen(argv, cwd=repo, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    child.wait()
    return time.monotonic() - start


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("nospill")
    a.add_argument("repo")
    a.add_argument("--runs", type=int, default=31)
    args = a.parse_args()
    ours, repo = [os.path.abspath(args.nospill), "staged"], os.path.abspath(args.repo)
    floor = ["git", "diff", "--cached", "--quiet"]
    entries = git(repo, "ls-files", "-z").count("\0")
    print(f"{os.path.basename(repo)}, {entries} index entries, {args.runs} rounds\n\n| case | git ms | nospill ms | ratio |\n|---|---|---|---|")
    for case in ("files:1", "files:100", "text:10"):
        stage(repo, case)
        rounds = []
        for _ in range(args.runs):
            for argv in (floor, ours):
                timed(argv, repo)
            rounds.append((timed(floor, repo), timed(ours, repo)))
        g, n = ([r[i] for r in rounds] for i in (0, 1))
        ratio = statistics.median(r[1] / r[0] for r in rounds)
        print(f"| {case} | {statistics.median(g) * 1e3:.1f} | {statistics.median(n) * 1e3:.1f} | {ratio:.2f} |", flush=True)
    git(repo, "reset", "-q", "--hard")


if __name__ == "__main__":
    main()
