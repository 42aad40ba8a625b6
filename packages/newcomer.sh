#!/usr/bin/env bash
# Tries each way of installing as somebody would on a bare Debian without Rust: from nothing to a commit that is blocked, and says how
# many seconds each part took.
#
#   packages/newcomer.sh OUT [KIND…]      # OUT is made by packages/release/release.sh; wheel npm deb install.sh container
#
# It is run by hand, as root, and takes minutes: every way starts with a fresh root of its own (mmdebstrap). Debian's packages come from
# Debian, ours from a registry and a TLS server on loopback. The container needs buildah and OUT/nospill-VERSION.oci.tar.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
out=$(realpath "$1")
shift
kinds=("$@")
[ ${#kinds[@]} != 0 ] || kinds=(wheel npm deb install.sh container)
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)
[ "$(id -u)" = 0 ] || { echo 'SKIP: only root can enter another root' >&2; exit 77; }
command -v mmdebstrap openssl > /dev/null || { echo 'SKIP: there is no mmdebstrap, or no openssl' >&2; exit 77; }
work=$(mktemp -d)
servers=()
finish() {
    local server
    for server in "${servers[@]}"; do kill "$server" 2> /dev/null || true; done
    umount -q "$work/bare/proc" || true
    rm -rf "$work"
}
trap finish EXIT

# served PORT-FILE: the port that a server has written.
served() {
    for _ in $(seq 100); do if [ -s "$1" ]; then break; fi; sleep 0.1; done
    cat "$1"
}
python3 "$root/packages/registry.py" "$out" "$work/port" > /dev/null &
servers+=($!)
index=http://127.0.0.1:$(served "$work/port")
mkdir -p "$work/www"
ln -s "$out" "$work/www/v$version"
openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
    -keyout "$work/key" -out "$work/certificate" 2> /dev/null
python3 - "$work" <<'PY' > /dev/null 2>&1 &
import functools, http.server, pathlib, ssl, sys
work = pathlib.Path(sys.argv[1])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(http.server.SimpleHTTPRequestHandler, directory=work / "www"))
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(work / "certificate", work / "key")
server.socket = context.wrap_socket(server.socket, server_side=True)
(work / "tls").write_text(f"{server.server_port}\n")
server.serve_forever()
PY
servers+=($!)
downloads=https://localhost:$(served "$work/tls")/v

mmdebstrap --variant=minbase bookworm "$work/bare.tar" > "$work/log" 2>&1 || { tail "$work/log"; exit 1; }

fail() { tail -n 40 "$work/log" >&2; echo "FAIL: $1" >&2; exit 1; }
# timed COMMAND…: how many seconds it took goes to $took.
timed() {
    local from
    from=$(date +%s%N)
    "$@" > "$work/log" 2>&1 || fail "$kind: $*"
    took=$(awk -v n="$(($(date +%s%N) - from))" 'BEGIN { printf "%.1f", n / 1e9 }')
}
# inside SCRIPT: in the bare root.
inside() {
    chroot "$work/bare" env -i HOME=/root PATH=/root/bin:/usr/local/bin:/usr/bin:/usr/sbin:/bin:/sbin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 \
        CURL_CA_BUNDLE=/tmp/certificate sh -euc "$1"
}
packages='apt-get update && apt-get install -y --no-install-recommends'
# A repository with a key in what is staged; the commit has to be blocked for that.
repository='
git config --global user.name Ada && git config --global user.email ada@example.org && git config --global --add safe.directory "*"
rm -rf /root/project && git init -q /root/project && cd /root/project
printf -- "-----%s PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n" BEGIN "$(head -c 96 /dev/urandom | base64 -w 0)" > server.key'
# $program stands for how it is called.
blocked='
$program install
git add server.key
if git commit -q -m key > /tmp/said 2>&1; then echo "it was committed"; exit 1; fi
cat /tmp/said
grep -q "server.key:1:1" /tmp/said
! git rev-parse -q --verify HEAD'

printf '| way | what it needs | s | nospill | s | to a blocked commit, s | together, s |\n|---|---|---|---|---|---|---|\n'
# way NEEDS INSTALL PROGRAM: Debian packages; a script; how the program is called.
way() {
    local needs=0 install
    rm -rf --one-file-system "$work/bare"
    mkdir "$work/bare"
    tar -C "$work/bare" -xf "$work/bare.tar"
    mount -t proc proc "$work/bare/proc"
    cp /etc/resolv.conf "$work/bare/etc/" 2> /dev/null || true
    cp "$work/certificate" "$work/bare/tmp/"
    cp "$out"/nospill_"$version"_*.deb "$work/bare/tmp/"
    if [ -n "$1" ]; then timed inside "$packages $1"; needs=$took; fi
    timed inside "$2"
    install=$took
    timed inside "program='$3'; $repository; $blocked"
    printf '| %s | %s | %s | `%s` | %s | %s | %s |\n' "$kind" "${1:-nothing}" "$needs" "${4:-$2}" "$install" "$took" \
        "$(awk -v a="$needs" -v b="$install" -v c="$took" 'BEGIN { printf "%.1f", a + b + c }')"
    umount "$work/bare/proc"
}
for kind in "${kinds[@]}"; do
    case $kind in
        wheel)
            way 'git python3-venv' "python3 -m venv /root/n && /root/n/bin/pip install --index-url $index/simple nospill" /root/n/bin/nospill \
                'pip install nospill'
            ;;
        npm) way 'git npm' "mkdir -p /root/n && cd /root/n && npm install --registry $index nospill" /root/n/node_modules/.bin/nospill 'npm install nospill' ;;
        deb) way '' "$packages /tmp/nospill_${version}_$(dpkg --print-architecture).deb" nospill 'apt-get install ./nospill….deb' ;;
        install.sh)
            cp "$root/packages/install.sh" "$work/www/"
            way 'git curl ca-certificates' "curl -fsSL ${downloads%/v}/install.sh | NOSPILL_DOWNLOADS=$downloads NOSPILL_DIR=/root/bin sh" nospill \
                'curl … install.sh, piped to sh'
            ;;
        container)
            image=$out/nospill-$version.oci.tar
            if ! command -v buildah > /dev/null || [ ! -f "$image" ]; then
                echo "SKIP: there is no buildah, or no $image" >&2
                continue
            fi
            export BUILDAH_ISOLATION=chroot
            timed buildah pull -q "oci-archive:$image"
            pulled=$took
            container=$(buildah from "$(buildah pull -q "oci-archive:$image")")
            mkdir "$work/project"
            printf '#!/bin/sh\nexec buildah run -v "$PWD:/src:ro" %s -- nospill staged\n' "$container" > "$work/hook"
            chmod +x "$work/hook"
            # Here git is the host's.
            timed env HOME="$work/project" bash -euc "cd '$work/project'; ${repository//\/root\/project/$work/project/it}
                cp '$work/hook' .git/hooks/pre-commit; program=true; ${blocked//\/tmp\/said/$work/said}"
            printf '| container | git, buildah | - | `buildah pull`, of a file | %s | %s | %s |\n' "$pulled" "$took" \
                "$(awk -v a="$pulled" -v b="$took" 'BEGIN { printf "%.1f", a + b }')"
            buildah rm "$container" > /dev/null
            ;;
    esac
done
