#!/usr/bin/env python3
"""Hostile repositories, scanned by nospill and by other scanners: what each found, how it ended, how long and how large it grew.

    PEERS=FOLDER NOSPILL=target/release/nospill python3 benches/compare/hostile.py > table.md

PEERS holds a folder for each other scanner with its programs in bin/. Every repository holds a token unless its row says
otherwise; "found" means that a report holds it; the number is the exit. "silent" is the bad end: nothing found, and exit 0.
A run has 60 seconds and 12 GiB of address space. Numbers as arguments take those cases alone, from 1 on.
"""
import hashlib
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zlib

NOSPILL = os.path.abspath(os.environ.get("NOSPILL", "target/release/nospill"))
PEERS = pathlib.Path(os.environ.get("PEERS", "/work/bench/peers"))
LIMIT = 60
BIG = 2_254_857_830
WHO = "A <a@example.org> 1700000000 +0000"
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def make_token(body="Zq3xV9bK2mT7wY4nR8pL1cD6fH5jG0"):
    check, tail = zlib.crc32(body.encode()), ""
    for _ in range(6):
        check, digit = divmod(check, 62)
        tail = DIGITS[digit] + tail
    return "gh" + "p_" + body + tail


TOKEN = make_token()
LINE = f'token = "{TOKEN}"\n'.encode()
ENV = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C", "GIT_AUTHOR_NAME": "A",
       "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org"}


def git(repo, *arguments, data=None):
    return subprocess.run(["git", *arguments], cwd=repo, env=ENV, input=data, capture_output=True, check=True).stdout.decode().strip()


def commit(repo, files, message="change"):
    for name, content in files.items():
        (repo / name).write_bytes(content)
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "--allow-empty", "-m", message)


def store(repo, kind, content):
    """An object of any content under its right name, as a loose file."""
    whole = f"{kind} {len(content)}\0".encode() + content
    name = hashlib.sha1(whole).hexdigest()
    path = repo / ".git/objects" / name[:2] / name[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(zlib.compress(whole))
    return name


def main_is(repo, tree):
    name = store(repo, "commit", f"tree {tree}\nauthor {WHO}\ncommitter {WHO}\n\nchange\n".encode())
    (repo / ".git/refs/heads/main").write_text(name + "\n")


def tree_of(repo, *entries):
    return store(repo, "tree", b"".join(mode + b" " + name + b"\0" + bytes.fromhex(oid) for mode, name, oid in entries))


def number(count):
    return "be" + f"{count:038x}"


def bomb(head, zeros):
    """A zlib stream of `head` and then zeros, a mebibyte at a time."""
    packer, block, parts = zlib.compressobj(1), bytes(1 << 20), []
    parts.append(packer.compress(head))
    for _ in range(zeros >> 20):
        parts.append(packer.compress(block))
    return b"".join(parts) + packer.flush()


class Pack:
    def __init__(self):
        self.body, self.entries = bytearray(), []

    def head(self, name, kind, size):
        self.entries.append((bytes.fromhex(name), 12 + len(self.body)))
        byte, size = kind << 4 | size & 15, size >> 4
        while size:
            self.body.append(byte | 0x80)
            byte, size = size & 0x7F, size >> 7
        self.body.append(byte)

    def whole(self, name, kind, content, size=None, stream=None):
        self.head(name, kind, len(content) if size is None else size)
        self.body += stream or zlib.compress(content)

    def of(self, name, base, delta):
        self.head(name, 7, len(delta))
        self.body += bytes.fromhex(base) + zlib.compress(delta)

    def write(self, repo):
        pack = b"PACK\0\0\0\2" + len(self.entries).to_bytes(4, "big") + bytes(self.body)
        pack += hashlib.sha1(pack).digest()
        self.entries.sort()
        index = b"\xfftOc\0\0\0\2" + b"".join(
            sum(1 for name, _ in self.entries if name[0] <= first).to_bytes(4, "big") for first in range(256))
        index += b"".join(name for name, _ in self.entries) + bytes(4 * len(self.entries))
        index += b"".join(offset.to_bytes(4, "big") for _, offset in self.entries) + pack[-20:]
        folder = repo / ".git/objects/pack"
        folder.mkdir(exist_ok=True)
        (folder / "pack-forged.pack").write_bytes(pack)
        (folder / "pack-forged.idx").write_bytes(index + hashlib.sha1(index).digest())


def varint(size):
    made = bytearray()
    while size > 0x7F:
        made.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes(made + bytes([size]))


def delta(source, target, instructions):
    return varint(source) + varint(target) + instructions


def copy(start, size):
    return b"\xff" + start.to_bytes(4, "little") + size.to_bytes(3, "little")


def packed(repo):
    for at in range(6):
        commit(repo, {"long.txt": b"".join(b"%d %d\n" % (line, line * at) for line in range(200)), "secret": LINE})
    git(repo, "repack", "-adfq")
    pack = next((repo / ".git/objects/pack").glob("*.pack"))
    for path in [pack, pack.with_suffix(".idx")]:
        path.chmod(0o644)
    return pack


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def spoil(path):
    content = bytearray(path.read_bytes())
    for at in range(12, len(content) - 20, 50):
        content[at] ^= 0x55
    path.write_bytes(content)


def forged(fill, beside=()):
    def build(repo):
        pack = Pack()
        fill(pack)
        pack.write(repo)
        secret = store(repo, "blob", LINE)
        main_is(repo, tree_of(repo, (b"100644", b"file", number(1)), (b"100644", b"secret", secret)))
    return build


def other_base(pack):
    pack.whole(number(2), 3, b"twelve bytes")
    pack.of(number(1), number(2), delta(13, 12, copy(0, 12)))


def circle(pack):
    for at in range(1, 4):
        pack.of(number(at), number(at % 3 + 1), delta(12, 12, copy(0, 12)))


def chain(repo):
    pack, links = Pack(), 10_000
    pack.whole(number(links), 3, LINE)
    for at in range(links - 1, 0, -1):
        pack.of(number(at), number(at + 1), delta(len(LINE), len(LINE), copy(0, len(LINE))))
    pack.write(repo)
    main_is(repo, tree_of(repo, (b"100644", b"file", number(1))))


def loose(repo, content):
    path = repo / ".git/objects" / number(1)[:2] / number(1)[2:]
    path.parent.mkdir(exist_ok=True)
    content(path)
    secret = store(repo, "blob", LINE)
    main_is(repo, tree_of(repo, (b"100644", b"file", number(1)), (b"100644", b"secret", secret)))


def git_bomb(repo):
    tree = tree_of(repo, (b"100644", b"secret", store(repo, "blob", LINE)))
    for _ in range(12):
        tree = tree_of(repo, *[(b"40000", b"d%d" % at, tree) for at in range(10)])
    main_is(repo, tree)


def odd_names(repo):
    secret = store(repo, "blob", LINE)
    inner = tree_of(repo, (b"100644", b"escape", secret))
    main_is(repo, tree_of(repo, (b"40000", b"..", inner), (b"100644", b"/abs", secret), (b"100644", b"\xff", secret)))


def three(repo):
    commit(repo, {"file": b"nothing\n"})
    commit(repo, {"secret": LINE})
    (repo / "secret").unlink()
    commit(repo, {})


def replaced(repo):
    three(repo)
    hidden = git(repo, "rev-parse", "HEAD~1")
    git(repo, "replace", hidden, git(repo, "commit-tree", "-m", "harmless", "-p", "HEAD~2", "HEAD~2^{tree}"))


def grafted(repo):
    three(repo)
    (repo / ".git/info").mkdir(exist_ok=True)
    (repo / ".git/info/grafts").write_text(f"{git(repo, 'rev-parse', 'HEAD')} {git(repo, 'rev-parse', 'HEAD~2')}\n")


def shallow(repo):
    three(repo)
    (repo / ".git/shallow").write_text(git(repo, "rev-parse", "HEAD") + "\n")


def trapped(repo):
    commit(repo, {"secret": LINE, ".gitattributes": b"* diff=trap\n"})
    commit(repo, {"secret": LINE + b"more\n"})
    trap = repo.parent / "trap"
    trap.write_text(f"#!/bin/sh\ntouch '{repo.parent}/SPRUNG'\nexit 1\n")
    trap.chmod(0o755)
    for key in ["core.fsmonitor", "core.pager", "diff.external", "diff.trap.command", "diff.trap.textconv", "core.sshCommand"]:
        git(repo, "config", key, str(trap))


def lost_ref(repo):
    commit(repo, {"secret": LINE})
    (repo / ".git/refs/heads/lost").write_text(number(9) + "\n")


def attributes(repo):
    commit(repo, {".gitattributes": b"secret binary -diff linguist-generated\n", "secret": LINE})


def padded(repo):
    commit(repo, {"secret.txt": b"x = 1; " * (50 << 17) + LINE})


def pipe(path):
    os.mkfifo(path)


def utf16(repo):
    commit(repo, {"secret.txt": (b"a line of text\n" * 20 + LINE).decode().encode("utf-16-le")})


def tag_message(repo):
    commit(repo, {"file": b"nothing\n"})
    git(repo, "tag", "-a", "v1", "-m", LINE.decode())


def evil_merge(repo):
    commit(repo, {"file": b"nothing\n"})
    head = git(repo, "rev-parse", "HEAD")
    tree = tree_of(repo, (b"100644", b"secret", store(repo, "blob", LINE)))
    other = git(repo, "commit-tree", "-m", "other", "-p", head, "HEAD^{tree}")
    merge = git(repo, "commit-tree", "-m", "merge", "-p", head, "-p", other, tree)
    (repo / ".git/refs/heads/main").write_text(merge + "\n")


def own_include(repo):
    commit(repo, {"secret": LINE})
    git(repo, "config", "include.path", "config")


CASES = [
    ("a token in a file (nothing hostile)", "history", lambda repo: commit(repo, {"secret": LINE})),
    ("pack cut off in the middle", "history", lambda repo: cut(packed(repo))),
    ("pack with a byte of each 50 changed", "history", lambda repo: spoil(packed(repo))),
    ("pack index cut off", "history", lambda repo: cut(packed(repo).with_suffix(".idx"))),
    ("delta of a base of another size beside", "history", forged(other_base)),
    ("deltas in a circle beside", "history", forged(circle)),
    ("chain of 10,000 deltas, the token at its end", "history", chain),
    ("entry of 2.1 GiB beside", "history", forged(lambda pack: pack.whole(number(1), 3, b"", BIG >> 20 << 20, bomb(b"", BIG)))),
    ("entry that claims 100 bytes, is 2.1 GiB, beside", "history",
     forged(lambda pack: pack.whole(number(1), 3, b"", 100, bomb(b"", BIG)))),
    ("loose object of 2.1 GiB beside", "history",
     lambda repo: loose(repo, lambda path: path.write_bytes(bomb(b"blob %d\0" % (BIG >> 20 << 20), BIG)))),
    ("loose object that is a pipe beside", "history", lambda repo: loose(repo, pipe)),
    ("tree with .., absolute and broken names", "history", odd_names),
    ("tree that holds itself over and over", "history", git_bomb),
    ("replace ref that hides the commit", "history", replaced),
    ("graft that hides the commit", "history", grafted),
    ("shallow file that hides the commit", "history", shallow),
    ("ref to a missing object beside", "history", lost_ref),
    ("configuration that names programs", "history", trapped),
    ("marked binary in .gitattributes", "history", attributes),
    ("behind 50 MB on one line", "history", padded),
    ("as UTF-16 without a byte order mark", "history", utf16),
    ("in an annotated tag's message", "history", tag_message),
    ("in an evil merge", "history", evil_merge),
    ("configuration that includes itself", "history", own_include),
    ("behind 50 MB on one line, on disk", "dir", padded),
    ("a pipe among the files", "dir", lambda repo: (commit(repo, {"secret": LINE}), pipe(repo / "pipe"))),
    ("a .gitignore that is a pipe", "dir", lambda repo: (commit(repo, {"secret": LINE}), pipe(repo / ".gitignore"))),
    ("a folder that links to itself", "dir", lambda repo: (commit(repo, {"secret": LINE}), os.symlink(".", repo / "loop"))),
]


def scanners(mode, repo, report):
    """Name, command, and the exits that read as clean."""
    program = lambda folder, name: str(PEERS / folder / "bin" / name)
    yield "nospill", [NOSPILL, *([mode] if mode == "history" else ["dir", "."]), "--format", "json", "--show-secrets", "--force"]
    if mode == "history":
        yield "gitleaks", [program("gitleaks", "gitleaks"), "git", "--no-banner", "--log-opts=--all", "-f", "json", "-r", report, str(repo)]
        yield "betterleaks", [program("betterleaks", "betterleaks"), "git", "--no-banner", "-s", "-o", report, str(repo)]
        yield "kingfisher", [program("kingfisher", "kingfisher"), "scan", "--no-validate", "--no-update-check", "-q", "-f", "jsonl", "-o", report, str(repo)]
    else:
        yield "gitleaks", [program("gitleaks", "gitleaks"), "dir", "--no-banner", "-f", "json", "-r", report, str(repo)]
        yield "betterleaks", [program("betterleaks", "betterleaks"), "fs", "-s", "-o", report, str(repo)]
        yield "kingfisher", [program("kingfisher", "kingfisher"), "scan", "--git-history=none", "--no-validate", "--no-update-check", "-q", "-f", "jsonl", "-o", report, str(repo)]


def run(command, repo, report):
    output = tempfile.TemporaryFile()
    started = time.monotonic()
    limits = lambda: (os.setsid(), resource.setrlimit(resource.RLIMIT_AS, (12 << 30, 12 << 30)))
    process = subprocess.Popen(command, cwd=repo, env={**ENV, "HOME": str(repo.parent)}, stdin=subprocess.DEVNULL, stdout=output,
                               stderr=subprocess.DEVNULL, preexec_fn=limits)
    status = None
    while status is None and time.monotonic() - started < LIMIT:
        done, code, usage = os.wait4(process.pid, os.WNOHANG)
        if done:
            status = os.waitstatus_to_exitcode(code)
        else:
            time.sleep(0.01)
    if status is None:
        os.killpg(process.pid, signal.SIGKILL)
        _, _, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    output.seek(0)
    said = output.read() + (pathlib.Path(report).read_bytes() if os.path.exists(report) else b"")
    sprung = (repo.parent / "SPRUNG").exists()
    if status is None:
        outcome = "**hangs**"
    elif TOKEN.encode() in said:
        outcome = f"found, {status}"
    else:
        outcome = f"**silent**, {status}" if status == 0 else f"not found, {status}"
    if sprung:
        outcome += ", **ran the program**"
    return f"{outcome}; {seconds:.1f} s, {usage.ru_maxrss >> 10} MiB"


def main():
    heads = ["nospill", "gitleaks", "betterleaks", "kingfisher"]
    print(f"| case | mode | {' | '.join(heads)} |\n|---|---|{'---|' * len(heads)}", flush=True)
    chosen = [CASES[int(number) - 1] for number in sys.argv[1:]] or CASES
    for what, mode, build in chosen:
        top = pathlib.Path(tempfile.mkdtemp(prefix="nospill-hostile-"))
        repo = top / "repo"
        repo.mkdir()
        git(repo, "init", "-q", "-b", "main")
        build(repo)
        cells = []
        for name, command in scanners(mode, repo, str(top / "report.json")):
            for left in ["report.json", "SPRUNG"]:
                (top / left).unlink(missing_ok=True)
            cells.append(run(command, repo, str(top / "report.json")) if os.path.exists(command[0]) else "not there")
        print(f"| {what} | {mode} | {' | '.join(cells)} |", flush=True)
        shutil.rmtree(top)


if __name__ == "__main__":
    main()
