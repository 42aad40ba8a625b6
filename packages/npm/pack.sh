#!/bin/sh
# Packs a built program for npm, for the platform that this machine is: packages/npm/pack.sh target/release/nospill FOLDER
# Prints the path of the package in FOLDER. The version is the program's own.
set -eu
program=$1
to=$(CDPATH='' cd -- "$2" && pwd)
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
version=$("$program" --version)
staged=$(mktemp -d)
trap 'rm -rf "$staged"' EXIT
mkdir "$staged/bin"
cp -- "$program" "$staged/bin/nospill"
chmod 755 "$staged/bin/nospill"
cp -- "$here/package.json" "$here/../../README.md" "$here/../../LICENSE-APACHE" "$here/../../LICENSE-MIT" "$staged/"
cd "$staged"
# As node names them: process.platform, process.arch.
npm pkg set "version=${version#nospill }" "os[0]=$(node -p process.platform)" "cpu[0]=$(node -p process.arch)"
echo "$to/$(npm pack --silent --ignore-scripts --pack-destination "$to")"
