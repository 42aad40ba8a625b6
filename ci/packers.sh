#!/usr/bin/env bash
# Has the tests of `guard package` ask packers that are seldom on a machine: pnpm and yarn of both kinds (npm), gem and nuget
# (Debian; in CI they are installed, elsewhere taken only if they are there).
#
#   ci/packers.sh
#
# What can't be fetched is skipped, loudly; then it exits with 77.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
skipped=0

skip() { echo "SKIP: $1" >&2; skipped=1; }

if [ -n "${CI:-}" ] && [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null && ! { command -v gem && command -v nuget; } > /dev/null; then
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ruby nuget; } > "$work/apt.log" 2>&1 || true
fi
for packer in gem nuget; do
    command -v "$packer" > /dev/null || skip "there is no $packer, so it was not asked what it ships"
done
cd "$root"
# ask NAME TEST FOLDER…: with what is in the folders.
ask() {
    local path=$PATH folder
    for folder in "${@:3}"; do path=$work/$folder/node_modules/.bin:$path; done
    PATH=$path cargo test --quiet --locked --test it "$2" -- --nocapture > "$work/log" 2>&1 || { cat "$work/log" >&2; echo "FAIL: $1" >&2; exit 1; }
    echo "ok: $1"
}
install() { npm install --silent --no-fund --no-audit --prefix "$work/$1" "${@:2}" > "$work/npm.log" 2>&1; }
if install pnpm pnpm && install classic yarn@1 && install berry @yarnpkg/cli-dist; then
    ask 'packers, pnpm and yarn 2 and later among them' guard:: pnpm berry
    if grep -E "^SKIP: (pnpm|yarn)" "$work/log"; then exit 1; fi
    ask 'yarn 1' guard::pnpm_and_yarn classic
else
    skip 'npm could not be reached, so pnpm and yarn were not asked what they ship'
    ask packers guard::
fi
[ "$skipped" = 0 ] || exit 77
