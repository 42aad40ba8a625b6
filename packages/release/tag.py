"""Whether a tag may become a release: it is `v` and the version of Cargo.toml, CHANGELOG.md has a part for that version, and the
repository is the one of Cargo.toml, from which installers fetch.

    tag.py TAG [REPOSITORY]      # REPOSITORY as its address
"""

import re
import sys

import about


def main(tag, repository=about.REPOSITORY):
    wrong = []
    if not re.fullmatch(r"\d+\.\d+\.\d+", about.VERSION):
        wrong.append(f"{about.VERSION} is not three numbers, as PyPI, npm and Debian all read and order them")
    if tag != f"v{about.VERSION}":
        wrong.append(f"the tag {tag} is not v{about.VERSION}, as Cargo.toml has it")
    heads = re.findall(r"^## (\S+)", (about.ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    if about.VERSION not in [head.strip("[]") for head in heads]:
        wrong.append(f"CHANGELOG.md has no part \"## {about.VERSION}\"")
    if repository != about.REPOSITORY:
        wrong.append(f"Cargo.toml says that the repository is {about.REPOSITORY}, not {repository}")
    if wrong:
        sys.exit("no release: " + "; ".join(wrong))


main(*sys.argv[1:])
