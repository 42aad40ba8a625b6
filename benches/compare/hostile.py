#!/usr/bin/env python3
"""Hostile repositories, scanned by nospill and by other scanners: what each found, how it ended, how long and how large it grew.

    PEERS=FOLDER NOSPILL=target/release/nospill python3 benches/compare/hostile.py > table.md

PEERS holds a folder for each other scanner with its programs in bin/. Every repository holds a token unless its row says
otherwise; "found" means that a report holds it; the number is the exit. "silent" is the bad end: nothing found, and exit 0.
A run has 60 seconds and 12 GiB of address space. Those who open archives only on request are asked to. Numbers as arguments take those cases alone, from 1 on.
"""
import gzip
import hashlib
import io
import lzma
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
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


def lying_graph(repo):
    """The commit-graph says that the last commit's parent is the first one."""
    three(repo)
    head, root = git(repo, "rev-parse", "HEAD"), git(repo, "rev-parse", "HEAD~2")
    git(repo, "commit-graph", "write", "--reachable")
    path = repo / ".git/objects/info/commit-graph"
    path.chmod(0o644)
    graph = bytearray(path.read_bytes())
    chunks = {bytes(graph[at:at + 4]): int.from_bytes(graph[at + 4:at + 12], "big") for at in range(8, 8 + 12 * graph[6], 12)}
    names, data = chunks[b"OIDL"], chunks[b"CDAT"]
    place = lambda name: (graph.index(bytes.fromhex(name), names, data) - names) // 20
    at = data + 36 * place(head) + 20
    graph[at:at + 4] = place(root).to_bytes(4, "big")
    path.write_bytes(graph)


def copied_twice(pack):
    """A delta that puts the token together from halves in the wrong order."""
    half = len(LINE) // 2
    base = LINE[half:] + b"\n" + LINE[:half]
    pack.whole(number(2), 3, base)
    first = copy(len(LINE) - half + 1, half) + copy(0, len(LINE) - half)
    pack.of(number(1), number(2), delta(len(base), 2 * len(LINE), first + first))


def put_together(repo):
    pack = Pack()
    copied_twice(pack)
    pack.write(repo)
    main_is(repo, tree_of(repo, (b"100644", b"file", number(1))))


def header(repo):
    tree = tree_of(repo, (b"100644", b"file", store(repo, "blob", b"nothing\n")))
    text = f"tree {tree}\nauthor {WHO}\ncommitter {WHO}\nx-note {TOKEN}\n\nchange\n"
    (repo / ".git/refs/heads/main").write_text(store(repo, "commit", text.encode()) + "\n")


def commit_message(repo):
    commit(repo, {"file": b"nothing\n"}, LINE.decode())


def author(repo):
    commit(repo, {"file": b"nothing\n"})
    git(repo, "commit", "-q", "--amend", "--allow-empty", "-m", "change", f"--author={TOKEN} <a@example.org>")


def branch(repo):
    commit(repo, {"file": b"nothing\n"})
    git(repo, "branch", f"fix/{TOKEN}")


def note(repo):
    commit(repo, {"file": b"nothing\n"})
    git(repo, "notes", "add", "-m", LINE.decode())


def file_name(repo):
    commit(repo, {f"{TOKEN}.txt": b"nothing\n"})
    (repo / f"{TOKEN}.txt").unlink()
    commit(repo, {})


def turned(repo):
    commit(repo, {"secret": f'token = "{TOKEN[:20]}\u202e{TOKEN[20:]}"\n'.encode()})


def marked(repo):
    """Two bytes of a byte order mark before text that is no UTF-16."""
    commit(repo, {"secret": b"\xff\xfe" + b"a line of text\n" * 20 + LINE})


def with_nuls(repo):
    commit(repo, {"secret": b"a line\0 of text\n" * 20 + LINE})


def outer_entry(repo):
    commit(repo, {"named-outside": b"nothing\n", "secret": LINE})
    path = repo / ".git/index"
    path.write_bytes(path.read_bytes().replace(b"named-outside", b"../../outside"))


def deep_entry(repo):
    commit(repo, {"other": LINE})
    old = (repo / ".git/index").read_bytes()
    at = old.index(b"other")
    entry = old[at - 62:at - 2] + b"\x0f\xff" + b"a/" * 20_000 + b"other"
    entry += bytes(8 - len(entry) % 8)
    (repo / ".git/index").write_bytes(b"DIRC\0\0\0\2\0\0\0\1" + entry + bytes(20))


def deep_folders(repo):
    """A path of 6,000 bytes, longer than what a program may open at once."""
    here = os.open(repo, os.O_RDONLY)
    for _ in range(60):
        os.mkdir("f" * 100, dir_fd=here)
        below = os.open("f" * 100, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    file = os.open("secret", os.O_WRONLY | os.O_CREAT, dir_fd=here)
    os.write(file, LINE)
    os.close(file)
    os.close(here)


def sparse(repo):
    with open(repo / "secret.txt", "wb") as file:
        file.truncate(64 << 30)
        file.seek(0, 2)
        file.write(b"\n" + LINE)


def odd_name(repo):
    with open(os.fsencode(repo) + b"/a\xff\n\x1b[2Jb", "wb") as file:
        file.write(LINE)


def zipped(files, comment=b""):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.comment = comment
    return made.getvalue()


def tarred(files, pax=None):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.pax_headers = len(content), pax or {}
            archive.addfile(member, io.BytesIO(content))
    return made.getvalue()


def hole_in_tar(repo):
    """A sparse member of GNU tar that is 2^62 bytes of nothing, before the token."""
    member = tarfile.TarInfo("hole")
    block = bytearray(member.tobuf(tarfile.GNU_FORMAT))
    block[156:157] = b"S"
    block[386:398] = block[483:495] = b"\x80" + (1 << 62).to_bytes(11, "big")
    block[398:410] = b"00000000000\0"
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    (repo / "a.tar").write_bytes(bytes(block) + tarred({"secret": LINE}))


def nested(repo):
    content = zipped({"secret": LINE})
    for _ in range(5):
        content = zipped({"inner.zip": content})
    (repo / "a.zip").write_bytes(content)


def zip_bomb(repo):
    (repo / "a.zip").write_bytes(zipped({"zeros": bytes(1 << 30), "secret": LINE}))
    (repo / "secret").write_bytes(LINE)


def quine(repo):
    """A gzip file in a gzip file, a thousand times, beside the token."""
    content = LINE
    for _ in range(1000):
        content = gzip.compress(content)
    (repo / "a.gz").write_bytes(content)
    (repo / "secret").write_bytes(LINE)


def in_file(name, content):
    return lambda repo: (repo / name).write_bytes(content)


def commented(text):
    made = gzip.compress(b"nothing\n")
    return made[:3] + b"\x10" + made[4:10] + text + b"\0" + made[10:]


def appended(repo):
    (repo / "a.bin").write_bytes(bytes(range(1, 256)) * 40 + zipped({"secret": LINE}))


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
    ("commit-graph that hides the commit", "history", lying_graph),
    ("put together by a delta that copies twice", "history", put_together),
    ("in a line of a commit's head that git does not know", "history", header),
    ("in a commit message", "history", commit_message),
    ("in an author's name", "history", author),
    ("in a branch name", "history", branch),
    ("in a note", "history", note),
    ("in the name of a file that was taken away", "history", file_name),
    ("direction of writing turned inside the token (U+202E)", "history", turned),
    ("behind two bytes that a byte order mark has (FF FE)", "history", marked),
    ("a NUL byte in each line of the text", "history", with_nuls),
    ("behind two bytes that a byte order mark has, on disk", "dir", marked),
    ("a NUL byte in each line of the text, on disk", "dir", with_nuls),
    ("index that names a file outside of the work tree, beside", "dir", outer_entry),
    ("index that names 20,000 folders in one another, beside", "dir", deep_entry),
    ("in folders of a path of 6,000 bytes", "dir", deep_folders),
    ("behind a hole of 64 GiB", "dir", sparse),
    ("in a file whose name is no UTF-8 and clears terminals", "dir", odd_name),
    ("in a zip archive", "dir", in_file("a.zip", zipped({"secret": LINE}))),
    ("in a zip archive behind other bytes", "dir", appended),
    ("in a tar.xz archive", "dir", in_file("a.tar.xz", lzma.compress(tarred({"secret": LINE})))),
    ("in six zip archives in one another", "dir", nested),
    ("in the name of a member of a zip archive", "dir", in_file("a.zip", zipped({f"{TOKEN}.txt": b"nothing"}))),
    ("in the comment of a zip archive", "dir", in_file("a.zip", zipped({"a": b"nothing"}, TOKEN.encode()))),
    ("in the comment in a gzip header", "dir", in_file("a.gz", commented(TOKEN.encode()))),
    ("in a pax header of a tar file", "dir", in_file("a.tar", tarred({"a": b"nothing"}, {"comment": TOKEN}))),
    ("behind the end of an xz stream", "dir", in_file("a.xz", lzma.compress(b"nothing\n") + LINE)),
    ("behind a hole of 4 EiB in a tar file", "dir", hole_in_tar),
    ("a zip bomb of 1 GiB beside", "dir", zip_bomb),
    ("a thousand gzip streams in one another beside", "dir", quine),
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
        yield "gitleaks", [program("gitleaks", "gitleaks"), "dir", "--no-banner", "--max-archive-depth", "8", "-f", "json", "-r", report, str(repo)]
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
    # Who finds it turned says so in these letters.
    said = said.replace(b"\\u202e", b"").replace("\u202e".encode(), b"")
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
