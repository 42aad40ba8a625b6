"""Packs each program as a wheel: pip lays it into the folder of programs, and nothing of it is Python.

    wheel.py PROGRAMS OUT

A wheel is a zip archive (PEP 427) with metadata (core metadata 2.4); no build backend is needed to write one.
"""

import base64
import hashlib
import pathlib
import sys

import about
import archives

INFO = f"nospill-{about.VERSION}.dist-info"


def metadata():
    head = [
        "Metadata-Version: 2.4",
        "Name: nospill",
        f"Version: {about.VERSION}",
        f"Summary: {about.DESCRIPTION}",
        f"License-Expression: {about.PACKAGE['license']}",
        *(f"License-File: {name}" for name in about.LICENSES),
        f"Keywords: {','.join(about.PACKAGE['keywords'])}",
        f"Project-URL: Source, {about.REPOSITORY}",
        "Requires-Python: >=3.8",
        "Description-Content-Type: text/markdown",
    ]
    return "\n".join(head) + "\n\n" + (about.ROOT / "README.md").read_text(encoding="utf-8")


def wheel(target, program):
    tags = "".join(f"Tag: py3-none-{tag}\n" for tag in target.wheel.split("."))
    members = [
        (f"nospill-{about.VERSION}.data/scripts/{target.program}", program.read_bytes(), True),
        (f"{INFO}/METADATA", metadata().encode(), False),
        (f"{INFO}/WHEEL", f"Wheel-Version: 1.0\nGenerator: nospill packages/release\nRoot-Is-Purelib: false\n{tags}".encode(), False),
        *((f"{INFO}/licenses/{name}", (about.ROOT / name).read_bytes(), False) for name in about.LICENSES),
    ]
    record = ""
    for name, data, _ in sorted(members):
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        record += f"{name},sha256={digest},{len(data)}\n"
    return archives.zipped(members, [(f"{INFO}/RECORD", f"{record}{INFO}/RECORD,,\n".encode(), False)])


def main(programs, out):
    for target, program in about.programs(programs):
        name = f"nospill-{about.VERSION}-py3-none-{target.wheel}.whl"
        pathlib.Path(out, name).write_bytes(wheel(target, program))


main(*sys.argv[1:])
