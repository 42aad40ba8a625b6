"""Writes what stands in more than one place because servers and people copy single files: the version and the address of releases,
from Cargo.toml, and packages/install.sh, which the templates for Azure and GitLab carry.

    embed.py [--check]      # with --check nothing is written, and what differs is named
"""

import re
import sys

import about

DOWNLOADS = f"{about.REPOSITORY}/releases/download/v"
# Places of the version and the address: a file, a pattern of one group, what belongs there.
PLACES = [
    ("packages/install.sh", r"^nospill_released=(.*)$", about.VERSION),
    ("packages/install.sh", r"^nospill_downloads=(.*)$", DOWNLOADS),
    ("packages/install.ps1", r"^    \[string\] \$Version = '(.*)',$", about.VERSION),
    ("packages/install.ps1", r"^    \[string\] \$Downloads = '(.*)',$", DOWNLOADS),
    ("ci/github-matrix.yml", r"nospill==([0-9a-z.]+)", about.VERSION),
]
CARRIERS = ["ci/azure-install.yml", "ci/gitlab.yml", "ci/gitlab-parallel.yml"]
MARKED = re.compile(r"^( *)# packages/install\.sh, by packages/release/embed\.py\n.*?^ *# end of packages/install\.sh\n", re.MULTILINE | re.DOTALL)


def placed(text, pattern, value):
    def put(found):
        start, end = found.start(1) - found.start(), found.end(1) - found.start()
        return found.group()[:start] + value + found.group()[end:]

    text, count = re.subn(pattern, put, text, flags=re.MULTILINE)
    assert count, f"nothing is like {pattern}"
    return text


def carried(text, script):
    """The text with the script's functions, in the indentation of its first line; who carries it calls nospill_install itself."""
    lines = [line for line in script.splitlines() if not line.startswith("#") and line != "nospill_install"]

    def put(found):
        indent = found.group(1)
        marks = [f"{indent}# packages/install.sh, by packages/release/embed.py", f"{indent}# end of packages/install.sh"]
        body = [f"{indent}{line}" if line else "" for line in "\n".join(lines).strip().split("\n")]
        return "\n".join([marks[0], *body, marks[1]]) + "\n"

    text, count = MARKED.subn(put, text)
    assert count, "there is no place for packages/install.sh"
    return text


def main(check):
    written = {}
    for name, pattern, value in PLACES:
        written[name] = placed(written.get(name) or (about.ROOT / name).read_text(encoding="utf-8"), pattern, value)
    for name in CARRIERS:
        written[name] = carried((about.ROOT / name).read_text(encoding="utf-8"), written["packages/install.sh"])
    changed = [name for name, text in written.items() if text != (about.ROOT / name).read_text(encoding="utf-8")]
    if check and changed:
        sys.exit(f"not as Cargo.toml and packages/install.sh have it, run packages/release/embed.py: {', '.join(changed)}")
    for name in changed:
        (about.ROOT / name).write_text(written[name], encoding="utf-8")


main("--check" in sys.argv[1:])
