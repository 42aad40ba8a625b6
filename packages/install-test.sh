#!/usr/bin/env bash
# Holds packages/install.sh to a server of its own (TLS, on loopback), under each shell that is here: it installs what is right,
# and nothing of what a hostile server or a broken line gives. The templates for Azure and GitLab carry the same script, and run here, too.
#
#   packages/install-test.sh
#
# What is installed is a script that says the version: packages/test.sh has the program.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
name=nospill-$version-$(uname -m)-unknown-linux-musl
archive=$name.tar.gz

mkdir -p "$work/$name" "$work/www" "$work/home"
printf '#!/bin/sh\necho nospill %s\n' "$version" > "$work/$name/nospill"
chmod +x "$work/$name/nospill"
openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
    -keyout "$work/key" -out "$work/certificate" 2> /dev/null
# Files of $work/www; a name that ends in .to redirects to the address in it, and a folder `cut` ends each file halfway.
cat > "$work/serve.py" <<'PY'
import http.server, pathlib, ssl, sys, threading

class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        path = pathlib.Path(self.translate_path(self.path))
        link = path.with_name(path.name + ".to")
        if link.exists():
            self.send_response(302)
            self.send_header("Location", link.read_text().strip())
            self.end_headers()
        elif path.parent.parent.name == "cut" and path.exists() and path.name != "SHA256SUMS":
            data = path.read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: len(data) // 2])
        else:
            super().do_GET()

    def log_message(self, *_):
        pass

folder, key, certificate, ports = sys.argv[1:]
def make(): return http.server.ThreadingHTTPServer(("127.0.0.1", 0), lambda *a: Handler(*a, directory=folder))
plain, secret = make(), make()
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
secret.socket = context.wrap_socket(secret.socket, server_side=True)
threading.Thread(target=plain.serve_forever, daemon=True).start()
pathlib.Path(ports).write_text(f"{plain.server_port} {secret.server_port}\n")
secret.serve_forever()
PY
python3 "$work/serve.py" "$work/www" "$work/key" "$work/certificate" "$work/ports" &
server=$!
for _ in $(seq 100); do if [ -s "$work/ports" ]; then break; fi; sleep 0.1; done
read -r plain secret < "$work/ports"
export CURL_CA_BUNDLE=$work/certificate

# release CASE: a folder of a release that is right, to be spoilt.
release() {
    folder=$work/www/$1/v$version
    mkdir -p "$folder"
    tar -C "$work" -czf "$folder/$archive" "$name/nospill"
    sums
}
# The lines of another file stand around the right one.
sums() {
    { printf '%064d  another.tar.gz\n' 0; (cd "$folder" && sha256sum "$archive"); printf '%064d  %s.sig\n' 1 "$archive"; } > "$folder/SHA256SUMS"
}
fail() { cat "$work/log" >&2; echo "FAIL: $shell: $1" >&2; exit 1; }
# try CASE [NAME=VALUE…]: runs the installer.
try() {
    local case=$1
    shift
    code=0
    rm -rf "$work/to"
    # shellcheck disable=SC2086 # a shell and its words
    env HOME="$work/home" NOSPILL_DOWNLOADS="https://localhost:$secret/$case/v" NOSPILL_DIR="$work/to" "$@" $shell "$script" > "$work/log" 2>&1 || code=$?
}
accepts() {
    try "$@"
    if [ "$code" != 0 ] || [ "$("$work/to/nospill" --version)" != "nospill $version" ]; then fail "$1: exit $code"; fi
    grep -q 'its SHA-256 is that of SHA256SUMS' "$work/log" || fail "$1: it does not say what it checked"
    [ "$(ls -A "$work/to")" = nospill ] || fail "$1: something is left over"
}
# refuses CASE WHY [NAME=VALUE…]: nothing is installed or left over, and it says why.
refuses() {
    try "$1" "${@:3}"
    [ "$code" != 0 ] || fail "$1: installed"
    grep -q "$2.*Nothing was installed" "$work/log" || fail "$1: it does not say why"
    if [ -e "$work/to" ] && [ -n "$(ls -A "$work/to")" ]; then fail "$1: something is left over"; fi
    refused=$((refused + 1))
}

release right
release sum; printf x >> "$folder/$archive"
release cut
release broken; head -c 100 "$folder/$archive" > "$work/part"; mv "$work/part" "$folder/$archive"; sums
release plain; mv "$folder/$archive" "$work/www/elsewhere"; echo "http://localhost:$plain/elsewhere" > "$folder/$archive.to"
release plain-sums; echo "http://localhost:$plain/right/v$version/SHA256SUMS" > "$folder/SHA256SUMS.to"
release moved; mv "$folder/SHA256SUMS" "$work/www/sums"; echo "https://localhost:$secret/sums" > "$folder/SHA256SUMS.to"
release no-sums; rm "$folder/SHA256SUMS"
release no-line; sed -i "/$archive\$/d" "$folder/SHA256SUMS"
release other; sed -i "s/[0-9a-f]\{64\}  $archive\$/$(printf '%064d' 0)  $archive/" "$folder/SHA256SUMS"
release twice; cat "$folder/SHA256SUMS" "$folder/SHA256SUMS" > "$work/part"; mv "$work/part" "$folder/SHA256SUMS"
release no-sum; sed -i "s/[0-9a-f]\{64\}  $archive\$/not-a-sum  $archive/" "$folder/SHA256SUMS"
release gone; rm "$folder/$archive"
release version; printf '#!/bin/sh\necho nospill 0.0.1\n' > "$work/part"; chmod +x "$work/part"
python3 - "$folder/$archive" "$name" "$work/part" <<'PY'
import sys, tarfile
with tarfile.open(sys.argv[1], "w:gz") as archive: archive.add(sys.argv[3], f"{sys.argv[2]}/nospill")
PY
sums
# odd CASE MEMBER…: an archive whose checksum is right, with members of this kind beside or for the program.
odd() {
    release "$1"
    python3 - "$folder/$archive" "$name" "$work" "${@:2}" <<'PY'
import io, sys, tarfile
path, name, work, *kinds = sys.argv[1:]
program = f"{work}/{name}/nospill"
with tarfile.open(path, "w:gz") as archive:
    for kind in kinds:
        info = tarfile.TarInfo({"absolute": f"{work}/planted", "above": "../planted"}.get(kind, f"{name}/nospill"))
        if kind in ("absolute", "above"):
            info.size = 1
            archive.addfile(info, io.BytesIO(b"x"))
        elif kind == "link":
            info.type, info.linkname = tarfile.SYMTYPE, "/bin/true"
            archive.addfile(info)
        elif kind == "folder":
            info.type = tarfile.DIRTYPE
            archive.addfile(info)
        elif kind == "program":
            archive.add(program, f"{name}/nospill")
PY
    sums
}
odd beside absolute above program
odd double program program
odd link link
odd folder folder
odd none above

if [ -n "${CI:-}" ] && [ "$(id -u)" = 0 ] && ! { command -v dash && command -v busybox; } > /dev/null; then
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends dash busybox-static; } > "$work/apt.log" 2>&1 || true
fi
ran=0
refused=0
skipped=0
for shell in sh dash bash 'busybox sh'; do
    command -v "${shell%% *}" > /dev/null || { echo "SKIP: there is no $shell, so it did not run the installer" >&2; skipped=1; continue; }
    script=$root/packages/install.sh
    accepts right
    accepts moved
    accepts beside
    [ ! -e "$work/planted" ] || fail 'beside: something was planted'
    accepts right "NOSPILL_SUMS_SHA256=$(sha256sum < "$work/www/right/v$version/SHA256SUMS" | cut -d ' ' -f 1)"
    accepts right "NOSPILL_VERSION=$version"
    refuses right 'pins' "NOSPILL_SUMS_SHA256=$(printf '%064d' 0)"
    refuses sum 'has the SHA-256'
    refuses cut 'could not be fetched'
    refuses broken 'not one'
    refuses plain 'could not be fetched'
    refuses plain-sums 'no checksums'
    refuses no-sums 'no checksums'
    refuses no-line 'no line'
    refuses other 'has the SHA-256'
    refuses twice 'or several'
    refuses no-sum 'no sum'
    refuses gone 'could not be fetched'
    refuses version 'says "nospill 0.0.1"'
    refuses double 'not one'
    refuses link 'no file'
    refuses folder 'not one'
    refuses none 'not one'
    refuses right 'not by HTTPS' "NOSPILL_DOWNLOADS=http://localhost:$plain/right/v"
    refuses right 'is no version' 'NOSPILL_VERSION=../x'
    refuses right 'no checksums' CURL_CA_BUNDLE=/etc/hostname
    # What a cut line leaves of the installer does nothing.
    head -c "$(($(wc -c < "$script") - 10))" "$script" > "$work/half.sh"
    script=$work/half.sh
    try right
    [ ! -e "$work/to" ] || fail 'half of the installer installs'
    ran=$((ran + 1))
    echo "ok: install.sh under $shell"
done
[ "$ran" -gt 1 ] || { echo 'FAIL: there are not two shells' >&2; exit 1; }
echo "ok: $refused refusals"

# Other machines, as far as their names and their archives go.
script=$root/packages/install.sh shell=sh
mkdir "$work/names"
printf '#!/bin/sh\ncase $1 in -s) echo "$SYSTEM" ;; *) echo "$MACHINE" ;; esac\n' > "$work/names/uname"
chmod +x "$work/names/uname"
machine() {
    try right "PATH=$work/names:$PATH" "SYSTEM=$1" "MACHINE=$2"
}
folder=$work/www/right/v$version
for triple in aarch64-unknown-linux-musl x86_64-apple-darwin aarch64-apple-darwin x86_64-pc-windows-msvc; do
    other=nospill-$version-$triple
    rm -rf "${work:?}/$other"
    cp -r "$work/$name" "$work/$other"
    case $triple in
        *windows*)
            mv "$work/$other/nospill" "$work/$other/nospill.exe"
            (cd "$work" && python3 -m zipfile -c "$folder/$other.zip" "$other")
            ;;
        *) tar -C "$work" -czf "$folder/$other.tar.gz" "$other" ;;
    esac
done
(cd "$folder" && sha256sum nospill-* > SHA256SUMS)
while read -r system machine triple; do
    if [ "$triple" != "${triple%windows-msvc}" ] && ! command -v unzip > /dev/null; then
        echo 'SKIP: there is no unzip, so no archive of Windows was opened' >&2
        skipped=1
        continue
    fi
    machine "$system" "$machine"
    if [ "$triple" = none ]; then
        if [ "$code" != 1 ] || ! grep -q "no program for $system" "$work/log"; then fail "$system $machine: exit $code"; fi
    elif [ "$code" != 0 ] || ! grep -q "fetching .*-$triple\." "$work/log"; then
        fail "$system $machine: exit $code"
    fi
done <<'NAMES'
Linux aarch64 aarch64-unknown-linux-musl
Darwin arm64 aarch64-apple-darwin
Darwin x86_64 x86_64-apple-darwin
MINGW64_NT-10.0-26100 x86_64 x86_64-pc-windows-msvc
MSYS_NT-10.0-26100 x86_64 x86_64-pc-windows-msvc
FreeBSD amd64 none
Linux riscv64 none
NAMES
echo 'ok: the right archive for each machine'

# What the templates carry, as their servers run it.
python3 - "$root/ci" "$work" <<'PY'
import pathlib, re, sys, textwrap
ci, work = map(pathlib.Path, sys.argv[1:])
for name in ["azure-install", "gitlab", "gitlab-parallel"]:
    text = (ci / f"{name}.yml").read_text()
    start = text.rindex("\n", 0, text.index("# packages/install.sh, by")) + 1
    end = re.compile(r"^ {0,4}\S", re.MULTILINE).search(text, start).start()
    (work / f"{name}.sh").write_text(textwrap.dedent(text[start:end]))
text = (ci / "github-action/action.yml").read_text()
start = text.index("run: |\n") + 7
end = re.compile(r"^ {0,4}\S", re.MULTILINE).search(text, start).start()
(work / "github-action.sh").write_text(textwrap.dedent(text[start:end]))
PY
for script in "$work"/azure-install.sh "$work"/gitlab.sh "$work"/gitlab-parallel.sh "$work"/github-action.sh; do
    case $script in
        *azure*) shell='bash --noprofile --norc' into=$work/agent/nospill-program ;;
        *github*) shell='bash --noprofile --norc -eo pipefail' into=$work/agent/nospill-program ;;
        *) shell='sh -e' into=$work/to ;;
    esac
    for case in right sum; do
        rm -rf "$work/agent"
        try $case AGENT_TEMPDIRECTORY="$work/agent" RUNNER_TEMP="$work/agent" GITHUB_ACTION_PATH="$root/ci/github-action" VERSION="$version"
        if [ "$case $code" != "right 0" ] && [ "$case $code" != "sum 1" ]; then fail "$script: $case: exit $code"; fi
        if [ $case = right ] && [ ! -x "$into/nospill" ]; then fail "$script: nothing is installed"; fi
        if [ $case = sum ] && [ -e "$into/nospill" ]; then fail "$script: a wrong sum is installed"; fi
    done
    echo "ok: how ci/$(basename "$script" .sh) installs"
done
[ "$skipped" = 0 ] || exit 77
