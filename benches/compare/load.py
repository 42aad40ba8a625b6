#!/usr/bin/env python3
"""Load: many small files, many commits, many findings, each at half and at full size, so that a cost that is not linear shows.

    NOSPILL=target/release/nospill python3 benches/compare/load.py [FOLDER]

Everything is made below FOLDER (default: a temporary one) and removed. SCALE=0.01 makes a hundredth of it.
"""
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zlib

NOSPILL = os.path.abspath(os.environ.get("NOSPILL", "target/release/nospill"))
SCALE = float(os.environ.get("SCALE", "1"))
FILES = COMMITS = int(1_000_000 * SCALE)
FINDINGS = int(100_000 * SCALE)
FORMATS = ["human", "json", "jsonl", "sarif", "junit", "gitlab", "azure", "github", "csv", "markdown", "html"]
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def token(number):
    """A GitHub token with its checksum, a different one for each number."""
    chosen = random.Random(number)
    body = "".join(chosen.choice(DIGITS) for _ in range(30))
    check, tail = zlib.crc32(body.encode()), ""
    for _ in range(6):
        check, digit = divmod(check, 62)
        tail = DIGITS[digit] + tail
    return "gh" + "p_" + body + tail


def measured(arguments, folder):
    """Seconds, seconds of CPU, peak MiB, exit code and the last line of standard error."""
    log = tempfile.TemporaryFile()
    started = time.monotonic()
    process = subprocess.Popen([NOSPILL, *arguments], cwd=folder, stdout=subprocess.DEVNULL, stderr=log)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    log.seek(0)
    last = (log.read().decode(errors="replace").strip().splitlines() or [""])[-1]
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status), last


def row(what, count, arguments, folder):
    seconds, busy, peak, code, last = measured(arguments, folder)
    each = busy / max(count, 1) * 1e6
    print(f"| {what} | {count:,} | {code} | {seconds:.1f} | {busy:.1f} | {peak:.0f} | {each:.1f} |", flush=True)
    return last


def files(folder, start, end):
    """Small files, a thousand a folder, one in 10,000 with a token."""
    for number in range(start, end):
        if number % 1000 == 0:
            (folder / f"d{number // 1000}").mkdir()
        text = f"value_{number} = {number}\n# a line of text, number {number}\n"
        if number % 10_000 == 7:
            text += f'token = "{token(number)}"\n'
        with open(folder / f"d{number // 1000}" / f"f{number}.py", "w") as file:
            file.write(text)


def commits(folder, count):
    """A line of commits through fast-import, each of which changes one of 1,000 files, one in 10,000 brings a token."""
    subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True)
    importing = subprocess.Popen(["git", "fast-import", "--quiet"], cwd=folder, stdin=subprocess.PIPE)
    write = importing.stdin.write
    for number in range(count):
        text = f"value = {number}\n"
        if number % 10_000 == 7:
            text += f'token = "{token(number)}"\n'
        write(f"commit refs/heads/main\ncommitter A <a@example.org> {1_500_000_000 + number} +0000\ndata 2\nx\n"
              f"M 644 inline d{number % 1000 // 100}/f{number % 1000}.py\ndata {len(text)}\n{text}\n".encode())
    importing.stdin.close()
    assert importing.wait() == 0


def main():
    top = pathlib.Path(tempfile.mkdtemp(prefix="nospill-load-", dir=sys.argv[1] if len(sys.argv) > 1 else None))
    print("| what | size | exit | seconds | CPU seconds | peak MiB | CPU µs each |\n|---|---|---|---|---|---|---|", flush=True)
    try:
        found = top / "findings"
        for count in [FINDINGS // 2, FINDINGS]:
            shutil.rmtree(found, ignore_errors=True)
            found.mkdir()
            for number in range(0, count, 100):
                with open(found / f"f{number}.py", "w") as file:
                    file.writelines(f'token{at} = "{token(at)}"\n' for at in range(number, number + 100))
            for form in FORMATS:
                row(f"findings, {form}", count, ["dir", ".", "--format", form], found)
            every = [f"--output={form}={top}/report.{form}" for form in FORMATS]
            row("findings, all formats to files", count, ["dir", ".", "--format", "json", *every], found)
            (found / "one.py").write_text("".join(f'token{at} = "{token(at)}"\n' for at in range(count)))
            for old in found.glob("f*.py"):
                old.unlink()
            row("findings in one file, json", count, ["dir", ".", "--format", "json"], found)
        shutil.rmtree(found)
        history = top / "history"
        for count in [COMMITS // 2, COMMITS]:
            shutil.rmtree(history, ignore_errors=True)
            commits(history, count)
            print("<!--", row("commits, history", count, ["history"], history), "-->", flush=True)
        shutil.rmtree(history)
        tree = top / "files"
        tree.mkdir()
        for start, end in [(0, FILES // 2), (FILES // 2, FILES)]:
            files(tree, start, end)
            print("<!--", row("small files, dir", end, ["dir", "."], tree), "-->", flush=True)
    finally:
        shutil.rmtree(top, ignore_errors=True)


if __name__ == "__main__":
    main()
