"""Packs each program with licences, documents, man pages and completions: .tar.gz, and .zip for Windows.

    archive.py PROGRAMS TEXTS OUT      # TEXTS is made by texts.sh
"""

import pathlib
import sys

import about
import archives


def members(target, program, texts):
    yield f"{target.folder}/{target.program}", program.read_bytes(), True
    for name in [*about.LICENSES, "README.md", "CHANGELOG.md"]:
        yield f"{target.folder}/{name}", (about.ROOT / name).read_bytes(), False
    for path in sorted(texts.glob("*/*")):
        yield f"{target.folder}/{path.parent.name}/{path.name}", path.read_bytes(), False


def main(programs, texts, out):
    for target, program in about.programs(programs):
        pack = archives.zipped if target.windows else archives.tar
        pathlib.Path(out, target.archive).write_bytes(pack(members(target, program, pathlib.Path(texts))))


main(*sys.argv[1:])
