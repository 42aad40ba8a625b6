#!/usr/bin/env bash
# Packs what is given out from this tree, has it read by those who judge it, installs the wheel, the npm package, the Debian package
# and the archive into empty places and lets what was installed find a secret, and guard packages that leak an .env and a key: one of
# Python, one of npm before it is published, one of cargo.
#
#   packages/test.sh [target/release/nospill]
#
# The program is not built again: it stands for the one of this machine, and small files for the others. Nothing is installed
# outside of a temporary folder. What can't be fetched is skipped, loudly; then it exits with 77.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
program=$(realpath "${1:-$root/target/release/nospill}")
[ -x "$program" ] || { echo "no program at $program" >&2; exit 2; }
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)
machine=$(uname -m)
work=$(mktemp -d)
registry=
trap '[ -z "$registry" ] || kill "$registry"; rm -rf "$work"' EXIT
export PYTHONDONTWRITEBYTECODE=1
skipped=0

skip() { echo "SKIP: $1 could not be had, so $2" >&2; skipped=1; }

fail() { cat "$work/log" >&2; echo "FAIL: $1" >&2; exit 1; }

# A GitHub token, made here: nothing in this file looks like one. Its last six digits are a CRC-32 in base 62.
token() {
    python3 - <<'PY'
import zlib
digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
n, body = 104729, ""
for _ in range(30):
    n = (n * 6364136223846793005 + 1442695040888963407) % 2**64
    body += digits[(n >> 33) % 62]
crc, tail = zlib.crc32(body.encode()), ""
for _ in range(6):
    crc, tail = crc // 62, digits[crc % 62] + tail
print("gh" + "p_" + body + tail)
PY
}

# prove NAME COMMAND…: the installed program says its version, finds a secret and lets a clean folder pass.
prove() {
    local name=$1
    shift
    local said
    said=$("$@" --version 2> "$work/log") || fail "$name: the program does not start"
    [ "$said" = "nospill $version" ] || fail "$name: $said, not $version"
    "$@" dir "$work/clean" > "$work/log" 2>&1 || fail "$name: a clean folder is not clean"
    local code=0
    "$@" dir "$work/leak" > "$work/log" 2>&1 || code=$?
    if [ "$code" != 1 ] || ! grep -q 'settings.py:1:' "$work/log"; then fail "$name: the secret is not found, exit $code"; fi
    echo "ok: $name"
}

# leaky FOLDER: what must not be shipped.
leaky() {
    mkdir -p "$1"
    echo "API_TOKEN=$(token)" > "$1/.env"
    openssl genpkey -algorithm ed25519 > "$1/server.key" 2> /dev/null
}

# guarded NAME COMMAND…: the guard says where the token and the key are, whatever the package calls their folder.
guarded() {
    local name=$1 code=0
    shift
    "$@" > "$work/log" 2>&1 || code=$?
    [ "$code" = 1 ] || fail "guard of $name: exit $code"
    { grep -qE '^ *--> .*\.env:1' "$work/log" && grep -qE '^ *--> .*server\.key:1' "$work/log"; } || fail "guard of $name: not all is found"
    echo "ok: guard of $name"
}

mkdir "$work/leak" "$work/clean"
echo "token = \"$(token)\"" > "$work/leak/settings.py"
echo 'x = 1' > "$work/clean/settings.py"

# programs FOLDER: one for each target, none of which was built.
programs() {
    for triple in x86_64-unknown-linux-musl aarch64-unknown-linux-musl x86_64-apple-darwin aarch64-apple-darwin \
        x86_64-pc-windows-msvc aarch64-pc-windows-msvc; do
        mkdir -p "$1/$triple"
        case $triple in *windows*) name=nospill.exe ;; *) name=nospill ;; esac
        echo "stands for $triple" > "$1/$triple/$name"
        chmod +x "$1/$triple/$name"
    done
}
# Twice what nothing but the time, the place and the user's mask tell apart: the archives are the same, byte for byte.
programs "$work/small"
printf '#!/bin/sh\nexec "%s" "$@"\n' "$program" > "$work/small/$machine-unknown-linux-musl/nospill"
(umask 077; cd /; TZ=Asia/Tokyo "$root/packages/release/release.sh" "$work/small" "$work/first") > "$work/log" 2>&1 || fail 'a release can not be packed'
find "$work/small" -exec touch -d 2001-02-03 {} +
(umask 022; cd "$work"; "$root/packages/release/release.sh" small "$work/second") > "$work/log" 2>&1 || fail 'a release can not be packed again'
diff "$work/first/SHA256SUMS" "$work/second/SHA256SUMS" > "$work/log" || fail 'a release that is packed again is another'
echo "ok: packed twice, the same $(wc -l < "$work/first/SHA256SUMS") files"
python3 "$root/packages/release/notes.py" > "$work/log" || fail 'there are no notes'
grep -q '^- ' "$work/log" || fail 'the notes are empty'
if python3 "$root/packages/release/tag.py" "v$version.1" > "$work/log" 2>&1; then fail 'a tag that is not the version is released'; fi
rm "$work/small/x86_64-pc-windows-msvc/nospill.exe"
if "$root/packages/release/release.sh" "$work/small" "$work/third" > "$work/log" 2>&1; then fail 'a release without a target is packed'; fi

programs "$work/programs"
strip -o "$work/programs/$machine-unknown-linux-musl/nospill" "$program"
out=$work/out
NOSPILL_PACK_LEVEL=1 "$root/packages/release/release.sh" "$work/programs" "$out" > "$work/log" 2>&1 || fail 'a release can not be packed'
python3 "$root/packages/release/verify.py" "$out"
(cd "$out" && sha256sum --quiet --strict -c SHA256SUMS)

if python3 -m venv "$work/readers" && "$work/readers/bin/pip" -q --disable-pip-version-check install twine==6.2.0 check-wheel-contents==0.6.3 \
    'cyclonedx-python-lib[json-validation]==11.11.0' 2> "$work/log"; then
    "$work/readers/bin/twine" check --strict "$out"/*.whl > "$work/log" 2>&1 || fail 'twine dislikes a wheel'
    # A wheel of a program has no library.
    "$work/readers/bin/check-wheel-contents" --ignore W007 "$out"/*.whl > "$work/log" 2>&1 || fail 'check-wheel-contents dislikes a wheel'
    "$work/readers/bin/python" - "$out/nospill-$version.cdx.json" > "$work/log" 2>&1 <<'PY' || fail 'the bill of materials is not as its schema says'
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1], encoding="utf-8").read())
sys.exit(str(wrong) if wrong else 0)
PY
    echo 'ok: twine, check-wheel-contents and the schema of CycloneDX have nothing to say'
else
    skip 'twine, check-wheel-contents and cyclonedx-python-lib' 'wheels and bill of materials were not read by others'
fi
if command -v ruby > /dev/null; then
    ruby -wc "$out/nospill.rb" > "$work/log" 2>&1 || fail 'the formula is no Ruby'
    echo 'ok: the formula is Ruby'
else
    skip ruby 'the formula was not read by it'
fi
if [ -n "${CI:-}" ] && [ "$(id -u)" = 0 ] && ! command -v lintian > /dev/null; then
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends lintian; } > "$work/apt.log" 2>&1 || true
fi
if command -v lintian > /dev/null && [ "$machine" = x86_64 ]; then
    # Of the form of what is given out: a static program. That of CI is not.
    programs "$work/static"
    echo 'int main(void) { return 0; }' > "$work/static.c"
    cc -static-pie -s -o "$work/static/x86_64-unknown-linux-musl/nospill" "$work/static.c"
    mkdir "$work/texts" "$work/deb"
    "$root/packages/release/texts.sh" "$program" "$work/texts"
    python3 "$root/packages/release/deb.py" "$work/static" "$work/texts" "$work/deb"
    lintian --allow-root --fail-on error,warning --suppress-tags mismatched-override "$work/deb/nospill_${version}_amd64.deb" > "$work/log" 2>&1 ||
        fail 'lintian dislikes the package'
    echo "ok: $(lintian --version) has nothing to say"
else
    skip lintian 'the Debian package was not read by it'
fi

tar -C "$work" -xzf "$out/nospill-$version-$machine-unknown-linux-musl.tar.gz"
prove archive "$work/nospill-$version-$machine-unknown-linux-musl/nospill"
if command -v dpkg-deb > /dev/null; then
    case $machine in x86_64) debian=amd64 ;; *) debian=arm64 ;; esac
    dpkg-deb -x "$out/nospill_${version}_$debian.deb" "$work/debian"
    prove 'Debian package' "$work/debian/usr/bin/nospill"
fi

python3 "$root/packages/registry.py" "$out" "$work/port" >> "$work/fetched" &
registry=$!
for _ in $(seq 100); do if [ -s "$work/port" ]; then break; fi; sleep 0.1; done
index=http://127.0.0.1:$(cat "$work/port")
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q --disable-pip-version-check install --no-cache-dir --index-url "$index/simple" nospill > "$work/log" 2>&1 || fail 'the wheel can not be installed'
prove "wheel ($(tail -n 1 "$work/fetched"))" "$work/venv/bin/nospill"
if "$work/venv/bin/pip" -q --disable-pip-version-check install build setuptools 2> "$work/log"; then
    leaky "$work/python/leaky"
    touch "$work/python/leaky/__init__.py"
    cat > "$work/python/pyproject.toml" <<'TOML'
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "leaky"
version = "1.0"
[tool.setuptools]
packages = ["leaky"]
package-data = { leaky = [".env", "*.key"] }
TOML
    cd "$work/python"
    PATH=$work/venv/bin:$PATH guarded "a Python package ($("$work/venv/bin/python" -m build --version | cut -d' ' -f1,2))" nospill guard package
    for built in 'leaky-1\.0\.tar\.gz!' 'leaky-1\.0-py3-none-any\.whl!'; do grep -q "$built" "$work/log" || fail 'sdist and wheel are not both looked into'; done
    [ ! -e "$work/python/dist" ] || fail 'the guard leaves what it built'
else
    skip 'build and setuptools' 'the guard of a Python package was not proven'
fi

leaky "$work/cargo"
cd "$work/cargo"
git init -q
mkdir src
touch src/lib.rs
printf '[package]\nname = "leaky"\nversion = "1.0.0"\nedition = "2021"\n' > Cargo.toml
git add .
guarded "a crate ($(cargo --version | cut -d' ' -f1,2))" "$program" guard package

if command -v npm > /dev/null; then
    mkdir "$work/project"
    cd "$work/project"
    # What a project that publishes itself would have: the guard runs before anything is sent, and a key is among the files.
    cat > package.json <<'JSON'
{
  "name": "leaky", "version": "1.0.0", "files": ["index.js", ".env", "server.key"],
  "scripts": { "prepublishOnly": "nospill guard package" }
}
JSON
    : > "$work/fetched"
    npm_config_cache=$work/npm-cache npm install --silent --no-fund --no-audit --save-dev --registry "$index" nospill > "$work/log" 2>&1 ||
        fail 'the npm package can not be installed'
    prove "npm package ($(sort "$work/fetched" | paste -sd ' '), npm $(npm --version))" npx --no-install nospill
    [ "$(wc -l < "$work/fetched")" = 2 ] || fail 'npm fetches more than the launcher and one program'
    # The launcher ends as the program ends, and hands a signal on.
    launcher=node_modules/.bin/nospill
    code=0
    "$launcher" no-such-command > /dev/null 2>&1 || code=$?
    [ "$code" = 2 ] || fail "the launcher ends with $code, not 2"
    mkfifo "$work/pipe"
    "$launcher" stdin < "$work/pipe" > "$work/log" 2>&1 &
    exec 9> "$work/pipe"
    for _ in $(seq 100); do if pgrep -P $! > /dev/null; then break; fi; sleep 0.1; done
    child=$(pgrep -P $!)
    kill -TERM $!
    code=0
    wait $! || code=$?
    exec 9>&-
    if [ "$code" = 0 ] || kill -0 "$child" 2> /dev/null; then fail "the launcher leaves the program behind, exit $code"; fi
    echo "ok: the launcher hands on what ends it (exit $code)"
    mv node_modules/@nospill node_modules/@elsewhere
    code=0
    "$launcher" --version > "$work/log" 2>&1 || code=$?
    if [ "$code" != 2 ] || ! grep -q 'is not installed' "$work/log"; then fail 'the launcher does not say that there is no program'; fi
    mv node_modules/@elsewhere node_modules/@nospill
    echo 'module.exports = 1' > index.js
    leaky "$work/project"
    # Of a dry run as of a real one; the registry is one that nobody answers at, so that nothing can be sent by accident.
    publish() {
        npm publish --dry-run --ignore-scripts=false --registry http://127.0.0.1:9 > "$work/npm.log" 2>&1 || { cat "$work/npm.log"; return 1; }
    }
    guarded "an npm package, before it is published (npm $(npm --version))" publish
    rm .env server.key
    npm run --silent prepublishOnly > "$work/log" 2>&1 || fail 'the guard holds a clean package up'
    echo 'ok: a clean npm package passes'
else
    skip npm 'the npm package was not proven'
fi
[ "$skipped" = 0 ] || exit 77
