#!/usr/bin/env bash
# Holds the environments of CI servers that tests/it/providers.rs is written from to what others read out of them: env-ci and
# ci-info (npm). What can't be fetched is skipped, loudly; then it exits with 77.
#
#   ci/servers.sh
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$root/ci/servers.mjs" "$work"
if ! npm install --silent --no-fund --no-audit --prefix "$work" env-ci ci-info > "$work/npm.log" 2>&1; then
    echo 'SKIP: npm could not be reached, so no environment was read by others' >&2
    exit 77
fi
cd "$root"
NOSPILL_OTHERS="$work/servers.mjs" cargo test --quiet --locked --test it providers::
echo 'ok: env-ci and ci-info read the same servers, commits, branches and pull requests'
