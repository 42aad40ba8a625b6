"""Packs each Linux program as a Debian package, by dpkg-deb, with man pages and completions where Debian has them.

    deb.py PROGRAMS TEXTS OUT      # TEXTS is made by texts.sh
"""

import email.utils
import gzip
import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile

import about
import archives

OWNER = about.REPOSITORY.split("/")[-2]
MAINTAINER = f"nospill maintainers <{OWNER}@users.noreply.github.com>"
LONG = """ A pre-commit hook looks at exactly what is staged, in milliseconds, and stops
 private keys, .env files, tokens and passwords before they become history.
 The same rules read the whole history, folders, archives and pull requests.
"""
COMPLETIONS = {
    "nospill.bash": "bash-completion/completions/nospill",
    "_nospill": "zsh/vendor-completions/_nospill",
    "nospill.fish": "fish/vendor_completions.d/nospill.fish",
}
OVERRIDES = """# One program for every Debian and every other Linux: static, and loaded anywhere in memory (static-pie), which looks like a
# library that does not say what it needs.
nospill: shared-library-lacks-prerequisites [usr/bin/nospill]
# No libyaml is in it: yaml-rust2 is written in Rust, and words an error as libyaml does, by which lintian knows it.
nospill: embedded-library libyaml [usr/bin/nospill]
"""


def control(target, size):
    return (
        f"Package: nospill\nVersion: {about.VERSION}\nArchitecture: {target.deb}\nMaintainer: {MAINTAINER}\n"
        f"Installed-Size: {size // 1024}\nDepends: git\nSection: vcs\nPriority: optional\nHomepage: {about.REPOSITORY}\n"
        f"Description: keeps secrets out of git\n{LONG}"
    )


def indented(text):
    return "".join(f" {line.rstrip() or '.'}\n" for line in text.strip().splitlines())


def rights():
    """Debian's copyright file, DEP-5."""
    mit = (about.ROOT / "LICENSE-MIT").read_text(encoding="utf-8")
    holder = next(line.removeprefix("Copyright ").strip() for line in mit.splitlines() if line.startswith("Copyright "))
    return (
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
        f"Upstream-Name: nospill\nSource: {about.REPOSITORY}\n\nFiles: *\nCopyright: {holder}\nLicense: Expat or Apache-2.0\n\n"
        f"License: Expat\n{indented(mit[mit.index('Permission'):])}\nLicense: Apache-2.0\n"
        " The text stands in /usr/share/common-licenses/Apache-2.0.\n"
    )


def files(program, texts):
    """What is installed, below /usr: name, bytes."""
    yield "bin/nospill", program.read_bytes()
    for page in sorted((texts / "man").iterdir()):
        yield f"share/man/man1/{page.name}.gz", gzip.compress(page.read_bytes(), 9, mtime=0)
    for name, place in COMPLETIONS.items():
        yield f"share/{place}", (texts / "completions" / name).read_bytes()
    day = email.utils.formatdate(about.epoch())
    changelog = f"nospill ({about.VERSION}) unstable; urgency=medium\n\n  * {about.REPOSITORY}/releases/tag/v{about.VERSION}\n\n -- {MAINTAINER}  {day}\n"
    yield "share/doc/nospill/changelog.gz", gzip.compress(changelog.encode(), 9, mtime=0)
    yield "share/doc/nospill/copyright", rights().encode()
    yield "share/lintian/overrides/nospill", OVERRIDES.encode()


def main(programs, texts, out):
    for target, program in about.programs(programs):
        if not target.deb:
            continue
        with tempfile.TemporaryDirectory() as folder:
            top, size, sums = pathlib.Path(folder, "nospill"), 0, ""
            for name, data in files(program, pathlib.Path(texts)):
                path = top / "usr" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
                size += len(data)
                sums += f"{hashlib.md5(data, usedforsecurity=False).hexdigest()}  usr/{name}\n"
            (top / "DEBIAN").mkdir()
            (top / "DEBIAN" / "control").write_text(control(target, size), encoding="utf-8")
            (top / "DEBIAN" / "md5sums").write_text(sums, encoding="utf-8")
            for path in [top, *top.rglob("*")]:
                path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
            # xz: what every Debian and Ubuntu in use can read.
            subprocess.run(
                [
                    *["dpkg-deb", "--root-owner-group", "-Zxz", f"-z{archives.LEVEL}", "--build", top],
                    pathlib.Path(out, f"nospill_{about.VERSION}_{target.deb}.deb"),
                ],
                env={**os.environ, "SOURCE_DATE_EPOCH": str(about.epoch())},
                stdout=subprocess.DEVNULL,
                check=True,
            )


main(*sys.argv[1:])
