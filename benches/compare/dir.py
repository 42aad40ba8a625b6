#!/usr/bin/env python3
"""Time `nospill dir` against `cat` of every file by one process, and against other programs, whole processes, in turn.

    benches/compare/dir.py NOSPILL DIR [--runs N] [--row NAME=COMMAND ...]

Each round runs every row once; figures are medians, the ratio to `cat` is the median of each round's ratio, so that a noisy
machine is noisy for all. In a row's COMMAND `{dir}` is the folder. Peak memory is of the largest process, by wait4. Prints
a markdown table.
"""
import argparse, os, shlex, statistics, subprocess, time


def once(argv):
    start = time.monotonic()
    child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, use = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return dict(wall=time.monotonic() - start, cpu=use.ru_utime + use.ru_stime, peak=use.ru_maxrss / 1024, code=child.returncode)


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("nospill")
    a.add_argument("dir")
    a.add_argument("--runs", type=int, default=7)
    a.add_argument("--row", action="append", default=[])
    args = a.parse_args()
    folder, ours = os.path.abspath(args.dir), os.path.abspath(args.nospill)
    rows = [("cat every file", ["sh", "-c", f"find {shlex.quote(folder)} -type f -print0 | xargs -0 cat >/dev/null"])]
    rows += [("nospill dir", [ours, "dir", folder]), ("nospill dir --threads 1", [ours, "dir", folder, "--threads", "1"])]
    for row in args.row:
        name, _, command = row.partition("=")
        rows.append((name, [word.replace("{dir}", folder) for word in shlex.split(command)]))
    for _, argv in rows:
        once(argv)
    rounds = [[once(argv) for _, argv in rows] for _ in range(args.runs)]
    print(f"{os.path.basename(folder)}, {args.runs} rounds\n\n| what | wall s | x cat | CPU s | peak MiB | exit |\n|---|---|---|---|---|---|")
    for at, (name, _) in enumerate(rows):
        runs = [r[at] for r in rounds]
        median = lambda key: statistics.median(run[key] for run in runs)
        ratio = statistics.median(r[at]["wall"] / r[0]["wall"] for r in rounds)
        print(f"| {name} | {median('wall'):.2f} | {ratio:.2f} | {median('cpu'):.2f} | {median('peak'):.0f} | {runs[-1]['code']} |")


if __name__ == "__main__":
    main()
