#!/bin/sh
# Packs the programs of a release: packages/release/release.sh PROGRAMS OUT
#
# PROGRAMS/TRIPLE/nospill are the programs, one a target of about.py; that of this Linux machine prints the man pages. OUT gets
# archives, wheels, npm packages, Debian packages, the bill of materials, installers, what package managers ask for, and SHA256SUMS:
# all that is given out but the container image (image.sh). With one target missing, nothing is made.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
programs=$1
out=$2
export PYTHONDONTWRITEBYTECODE=1
mkdir -p "$out"
texts=$(mktemp -d)
trap 'rm -rf "$texts"' EXIT
step() {
    script=$1
    shift
    python3 "$here/$script.py" "$@"
}
step embed --check
"$here/texts.sh" "$programs/$(uname -m)-unknown-linux-musl/nospill" "$texts"
step archive "$programs" "$texts" "$out"
step wheel "$programs" "$out"
step npm "$programs" "$out"
step deb "$programs" "$texts" "$out"
step sbom "$out"
cp "$here/../install.sh" "$here/../install.ps1" "$out"
# The formulas ask for the sums of the archives, and are summed up themselves.
step sums "$out"
step formulas "$out"
step sums "$out"
