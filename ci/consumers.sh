#!/usr/bin/env bash
# Gives a report of 1,000 findings with hostile paths and messages to those who read such reports: junitparser and sarif-tools
# (PyPI), Python's csv, the rules of GitLab's schema, and, where chromium is, a browser (playwright, PyPI).
#
#   ci/consumers.sh [target/release/nospill]
#
# Nothing is installed outside of a temporary folder. When PyPI can't be reached it says SKIP and exits with 77.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
program=$(realpath "${1:-$root/target/release/nospill}")
[ -x "$program" ] || { echo "no program at $program" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
if ! { python3 -m venv venv && venv/bin/pip -q --disable-pip-version-check install junitparser sarif-tools playwright; } 2> pip.log; then
    echo 'SKIP: PyPI could not be reached, so no report was read by others' >&2
    exit 77
fi
venv/bin/python "$root/ci/consumers.py" make in.json
code=0
"$program" report convert in.json --output sarif=out.sarif --output junit=out.xml --output gitlab=out.gitlab \
    --output csv=out.csv --output html=out.html || code=$?
[ "$code" = 1 ] || { echo "FAIL: exit $code" >&2; exit 1; }
venv/bin/python "$root/ci/consumers.py" read
venv/bin/sarif --check error summary out.sarif > sarif.log && { echo 'FAIL: sarif-tools sees no error in the report' >&2; exit 1; }
grep -q '^error: 666$' sarif.log || { cat sarif.log; echo 'FAIL: sarif-tools counts otherwise' >&2; exit 1; }
echo 'ok: sarif-tools'
if browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome); then
    venv/bin/python "$root/tests/browser/html_report.py" out.html page.png "$browser"
    echo 'ok: chromium'
else
    echo 'SKIP: no chromium, so the page was not opened' >&2
fi
