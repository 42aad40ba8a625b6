#!/usr/bin/env bash
# Gives a report of 1,000 findings with hostile paths and messages to those who read such reports: junitparser and sarif-tools
# (PyPI), Python's csv, the rules of GitLab's schema, the SARIF Multitool with the OASIS schema it carries (npm), the schema of
# our own JSON, and, where chromium is, a browser (playwright, PyPI).
#
#   ci/consumers.sh [target/release/nospill]
#
# Nothing is installed outside of a temporary folder. What can't be fetched is skipped, loudly; then it exits with 77.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
program=$(realpath "${1:-$root/target/release/nospill}")
[ -x "$program" ] || { echo "no program at $program" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
if ! { python3 -m venv venv && venv/bin/pip -q --disable-pip-version-check install junitparser sarif-tools 'jsonschema[format-nongpl]' playwright; } 2> pip.log; then
    echo 'SKIP: PyPI could not be reached, so no report was read by others' >&2
    exit 77
fi
venv/bin/python "$root/ci/consumers.py" make in.json
code=0
"$program" report convert in.json --output sarif=out.sarif --output junit=out.xml --output gitlab=out.gitlab \
    --output csv=out.csv --output html=out.html --output json=out.json || code=$?
[ "$code" = 1 ] || { echo "FAIL: exit $code" >&2; exit 1; }
venv/bin/python "$root/ci/consumers.py" read
venv/bin/sarif --check error summary out.sarif > sarif.log 2>&1 && { echo 'FAIL: sarif-tools sees no error in the report' >&2; exit 1; }
grep -q '^error: 666$' sarif.log || { cat sarif.log; echo 'FAIL: sarif-tools counts otherwise' >&2; exit 1; }
echo 'ok: sarif-tools'
skipped=0
if npm install --silent --no-fund --no-audit --prefix npm @microsoft/sarif-multitool > npm.log 2>&1; then
    tool=$(dirname "$(find npm/node_modules/@microsoft -name sarif-2.1.0.json | head -n 1)")
    venv/bin/python "$root/ci/consumers.py" schema "$tool/sarif-2.1.0.json" out.sarif
    # The program itself: its wrapper gives the arguments to a shell. It knows what GitHub's and Azure's code scanning want.
    "$tool/Sarif.Multitool" validate out.sarif --rule-kind 'Sarif;Ghas;Ado' --level 'Error;Warning' --output verdict.sarif > multitool.log
    venv/bin/python "$root/ci/consumers.py" multitool verdict.sarif
else
    echo 'SKIP: npm could not be reached, so the SARIF Multitool did not read the report' >&2
    skipped=1
fi
venv/bin/python "$root/ci/consumers.py" schema "$root/report.schema.json" out.json
git init -q repository
git -C repository -c user.name=a -c user.email=a@example.org commit -q --allow-empty -m "$(venv/bin/python "$root/ci/consumers.py" token)"
(cd repository && "$program" history --shard 1/1 --format json --output gitlab=../history.gitlab > ../history.json 2> ../history.log) && { cat history.log; echo 'FAIL: nothing was found' >&2; exit 1; }
venv/bin/python "$root/ci/consumers.py" schema "$root/report.schema.json" history.json
venv/bin/python "$root/ci/consumers.py" gitlab history.gitlab
if browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome); then
    venv/bin/python "$root/tests/browser/html_report.py" out.html page.png "$browser"
    echo 'ok: chromium'
else
    echo 'SKIP: no chromium, so the page was not opened' >&2
fi
[ "$skipped" = 0 ] || exit 77
