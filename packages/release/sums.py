"""Writes SHA256SUMS, as sha256sum does and reads it, over what lies in a folder: sums.py OUT"""

import hashlib
import pathlib
import sys


def main(out):
    found = sorted(path for path in pathlib.Path(out).iterdir() if path.is_file() and path.name != "SHA256SUMS")
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in found]
    pathlib.Path(out, "SHA256SUMS").write_text("".join(lines), encoding="ascii")


main(*sys.argv[1:])
