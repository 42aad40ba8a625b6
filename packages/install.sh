#!/bin/sh
# Installs a released nospill: fetches the archive for this machine and SHA256SUMS by HTTPS, checks the one by the other, and
# puts the program into a folder. Without a checksum that fits, nothing is installed. It needs curl, tar (unzip at Windows) and
# something that computes SHA-256, and asks for no rights: choose a folder that is yours.
#
#   NOSPILL_VERSION          the version, without the v
#   NOSPILL_DIR              where to, ~/.local/bin if not said
#   NOSPILL_SUMS_SHA256      the SHA-256 of that version's SHA256SUMS, for who pins it: then the server is trusted with nothing
#   NOSPILL_DOWNLOADS        where VERSION's folder is, for mirrors: https://…/v, to which version and file name are added
#
# The next two are written by packages/release/embed.py.
nospill_released=0.1.0
nospill_downloads=https://github.com/OWNER/nospill/releases/download/v

nospill_say() {
    printf 'nospill: %s\n' "$*" >&2
}

# nospill_fetch URL FILE: by HTTPS alone, wherever it is redirected to.
nospill_fetch() {
    nospill_say "fetching $1"
    curl --fail --silent --show-error --location --proto '=https' --proto-redir '=https' --tlsv1.2 --max-redirs 5 --retry 2 \
        --connect-timeout 20 --max-time 600 --max-filesize 200000000 --output "$2" -- "$1"
}

# nospill_sum FILE: its SHA-256 in lower case; nothing where no tool is there.
nospill_sum() {
    if command -v sha256sum > /dev/null; then
        sha256sum < "$1" | cut -d ' ' -f 1
    elif command -v shasum > /dev/null; then
        shasum -a 256 < "$1" | cut -d ' ' -f 1
    elif command -v openssl > /dev/null; then
        openssl dgst -sha256 -r < "$1" | cut -d ' ' -f 1
    fi
}

# nospill_target: Rust's name of this machine; nothing for one that has no program.
nospill_target() {
    case $(uname -m) in
        x86_64 | amd64) machine=x86_64 ;;
        aarch64 | arm64) machine=aarch64 ;;
        *) return ;;
    esac
    case $(uname -s) in
        Linux) echo "$machine-unknown-linux-musl" ;;
        Darwin)
            # A shell for the older machine on the newer one.
            if [ "$(sysctl -n sysctl.proc_translated 2> /dev/null)" = 1 ]; then machine=aarch64; fi
            echo "$machine-apple-darwin"
            ;;
        MINGW* | MSYS* | CYGWIN*) echo "$machine-pc-windows-msvc" ;;
    esac
}

# nospill_members ARCHIVE, nospill_member ARCHIVE NAME: the names in it; the content of one. No other is ever laid down.
nospill_members() {
    case $1 in *.zip) unzip -Z1 "$1" ;; *) tar -tzf "$1" ;; esac
}
nospill_member() {
    case $1 in *.zip) unzip -p "$1" "$2" ;; *) tar -xzOf "$1" "$2" ;; esac
}

nospill_install() (
    stop() {
        nospill_say "$*" 'Nothing was installed.'
        exit 1
    }
    version=${NOSPILL_VERSION:-$nospill_released}
    downloads=${NOSPILL_DOWNLOADS:-$nospill_downloads}
    to=${NOSPILL_DIR:-$HOME/.local/bin}
    if command -v cygpath > /dev/null; then to=$(cygpath -u "$to"); fi
    case $version in '' | *[!0-9A-Za-z.+-]*) stop "\"$version\" is no version." ;; esac
    case $downloads in https://*) ;; *) stop "$downloads is not by HTTPS." ;; esac
    command -v curl > /dev/null || stop 'There is no curl to fetch it with.'
    target=$(nospill_target)
    [ -n "$target" ] || stop "There is no program for $(uname -s) on $(uname -m): build it with \`cargo install --locked nospill\`."
    name=nospill-$version-$target
    case $target in
        *windows*) archive=$name.zip program=nospill.exe ;;
        *) archive=$name.tar.gz program=nospill ;;
    esac

    mkdir -p "$to" || stop "$to can not be made."
    work=$(mktemp -d "$to/.nospill-XXXXXX") || stop "Nothing can be written to $to."
    trap 'rm -rf "$work"' EXIT
    trap 'exit 130' INT TERM HUP
    nospill_fetch "$downloads$version/SHA256SUMS" "$work/SHA256SUMS" || stop 'There are no checksums.'
    pinned=${NOSPILL_SUMS_SHA256:-}
    if [ -n "$pinned" ]; then
        [ "$(nospill_sum "$work/SHA256SUMS")" = "$pinned" ] || stop 'SHA256SUMS is not the one that NOSPILL_SUMS_SHA256 pins.'
    fi
    wanted=$(while read -r sum file; do if [ "${file#\*}" = "$archive" ]; then echo "$sum"; fi; done < "$work/SHA256SUMS")
    case $wanted in
        '') stop "SHA256SUMS has no line for $archive." ;;
        *[!0-9a-f]*) stop "SHA256SUMS has no sum, or several, for $archive." ;;
    esac
    nospill_fetch "$downloads$version/$archive" "$work/$archive" || stop "$archive could not be fetched."
    found=$(nospill_sum "$work/$archive")
    [ -n "$found" ] || stop 'There is nothing here that computes SHA-256 (sha256sum, shasum or openssl).'
    [ "$found" = "$wanted" ] || stop "$archive has the SHA-256 $found, not $wanted as SHA256SUMS says."
    nospill_say "its SHA-256 is that of SHA256SUMS${pinned:+, which is the one that is pinned}"

    count=$(nospill_members "$work/$archive" | grep -cxF "$name/$program" || true)
    [ "$count" = 1 ] || stop "$archive has $count members $name/$program, not one."
    nospill_member "$work/$archive" "$name/$program" > "$work/$program" || stop "$archive can not be unpacked."
    [ -s "$work/$program" ] || stop "$name/$program in $archive is empty or no file."
    chmod 755 "$work/$program" || stop "$work/$program can not be made executable."
    said=$("$work/$program" --version) || stop 'The program does not start.'
    [ "$said" = "nospill $version" ] || stop "The program says \"$said\", not \"nospill $version\"."
    mv -f "$work/$program" "$to/$program" || stop "$to/$program can not be written."
    nospill_say "$version is installed as $to/$program"
    case :$PATH: in
        *":$to:"*) nospill_say 'in a repository,  nospill install  wires the hook' ;;
        *) nospill_say "$to is not on PATH: add it, for instance by  export PATH=\"$to:\$PATH\"" ;;
    esac
)

nospill_install
