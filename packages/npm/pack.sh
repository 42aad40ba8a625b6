#!/bin/sh
# Packs a built program for npm, for the platform it was built on: packages/npm/pack.sh target/release/nospill
set -eu
program=$1
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
mkdir -p "$here/bin"
cp -- "$program" "$here/bin/nospill"
chmod 755 "$here/bin/nospill"
cd "$here"
npm pack
