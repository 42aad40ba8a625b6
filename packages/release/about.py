"""What every step of a release is about: the version, which stands in Cargo.toml alone, the targets, and their programs."""

import os
import pathlib
import re
import subprocess
import sys
import tomllib
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = tomllib.loads((ROOT / "Cargo.toml").read_text(encoding="utf-8"))["package"]
VERSION = PACKAGE["version"]
REPOSITORY = PACKAGE["repository"]
DESCRIPTION = PACKAGE["description"]
LICENSES = ["LICENSE-APACHE", "LICENSE-MIT"]
# Where the files of this version are once it is released.
DOWNLOADS = f"{REPOSITORY}/releases/download/v{VERSION}"


class Target(NamedTuple):
    """A machine that a program is built for, as each kind of package calls it; empty where that kind has no package for it."""

    triple: str  # Rust's name
    wheel: str  # the wheel's platform tags: PEP 600 and 656, and of a static program both
    npm: str  # node's process.platform and process.arch
    deb: str = ""  # Debian's architecture
    image: str = ""  # the container's architecture

    @property
    def windows(self):
        return "windows" in self.triple

    @property
    def program(self):
        return "nospill.exe" if self.windows else "nospill"

    @property
    def folder(self):
        return f"nospill-{VERSION}-{self.triple}"

    @property
    def archive(self):
        return self.folder + (".zip" if self.windows else ".tar.gz")


# Kernels before 2.6.32 and 3.2 are what manylinux2014 leaves out, not the libc: a static program has none.
TARGETS = [
    Target("x86_64-unknown-linux-musl", "manylinux2014_x86_64.musllinux_1_1_x86_64", "linux-x64", "amd64", "amd64"),
    Target("aarch64-unknown-linux-musl", "manylinux2014_aarch64.musllinux_1_1_aarch64", "linux-arm64", "arm64", "arm64"),
    Target("x86_64-apple-darwin", "macosx_10_12_x86_64", "darwin-x64"),
    Target("aarch64-apple-darwin", "macosx_11_0_arm64", "darwin-arm64"),
    Target("x86_64-pc-windows-msvc", "win_amd64", "win32-x64"),
    Target("aarch64-pc-windows-msvc", "win_arm64", "win32-arm64"),
]


def epoch():
    """The time that everything packed has: SOURCE_DATE_EPOCH, or that of the commit."""
    told = os.environ.get("SOURCE_DATE_EPOCH")
    return int(told or subprocess.check_output(["git", "-C", ROOT, "log", "-1", "--format=%ct"], text=True))


def programs(folder):
    """The targets whose program lies in FOLDER/TRIPLE, with its path."""
    found = [(target, pathlib.Path(folder, target.triple, target.program)) for target in TARGETS]
    found = [(target, path) for target, path in found if path.is_file()]
    if not found:
        sys.exit(f"no program in {folder}: they are looked for as TRIPLE/nospill")
    return found


def changes():
    """What CHANGELOG.md says of this version; of Unreleased, while nothing is said of it."""
    parts = re.split(r"^## (.+)\n", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    said = {name.split()[0].strip("[]"): text.strip() for name, text in zip(parts[1::2], parts[2::2])}
    return said.get(VERSION) or said["Unreleased"]
