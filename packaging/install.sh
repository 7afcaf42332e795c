#!/bin/sh
# Installs pelicycle for the one who runs it: the program, its manual pages, and completions.
#
#   curl --proto '=https' --tlsv1.2 -fsSL https://github.com/@REPOSITORY@/releases/latest/download/install.sh | sh
#
# PELICYCLE_PREFIX is where to, instead of ~/.local; PELICYCLE_DOWNLOAD is an address with the archives, instead of the release's.
set -eu

fail() {
    echo "error: $*" >&2
    exit 1
}

# Fetches an address into a file.
fetch() {
    if command -v curl >/dev/null 2>&1; then
        curl -fsSL -o "$2" "$1" || fail "$1 can't be fetched"
    elif command -v wget >/dev/null 2>&1; then
        wget -q -O "$2" "$1" || fail "$1 can't be fetched"
    else
        fail "neither curl nor wget is installed, and one of them is needed"
    fi
}

target() {
    case "$(uname -s) $(uname -m)" in
    "Linux x86_64") echo x86_64-unknown-linux-musl ;;
    "Linux aarch64" | "Linux arm64") echo aarch64-unknown-linux-musl ;;
    "Darwin x86_64") echo x86_64-apple-darwin ;;
    "Darwin arm64") echo aarch64-apple-darwin ;;
    *) fail "no program is built for $(uname -s) on $(uname -m); with Rust: cargo install --locked pelicycle" ;;
    esac
}

# The sum of a file.
sum() {
    if command -v sha256sum >/dev/null 2>&1; then
        sha256sum "$1" | cut -d ' ' -f 1
    elif command -v shasum >/dev/null 2>&1; then
        shasum -a 256 "$1" | cut -d ' ' -f 1
    else
        fail "neither sha256sum nor shasum is installed, and without one nothing can be checked"
    fi
}

main() {
    from=${PELICYCLE_DOWNLOAD:-https://github.com/@REPOSITORY@/releases/download/@TAG@}
    case "$from" in
    *"@"*"@"*) fail "this is the pattern of the installer; the one of a release knows where the release is" ;;
    esac
    prefix=${PELICYCLE_PREFIX:-${HOME:+$HOME/.local}}
    [ -n "$prefix" ] || fail "HOME is not set: say by PELICYCLE_PREFIX where to install"
    target=$(target)
    archive=pelicycle-$target.tar.gz
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    fetch "$from/$archive" "$work/$archive"
    fetch "$from/SHA256SUMS" "$work/SHA256SUMS"
    wanted=$(awk -v name="$archive" '$2 == name { print $1 }' "$work/SHA256SUMS")
    [ -n "$wanted" ] || fail "$from/SHA256SUMS names no $archive"
    found=$(sum "$work/$archive")
    [ "$found" = "$wanted" ] || fail "$archive is not what was released: its sum is $found, and not $wanted"
    tar -xzf "$work/$archive" -C "$work"
    have=$work/pelicycle-$target

    put() {
        mkdir -p "$prefix/$2"
        cp "$have/$1" "$prefix/$2/$3"
    }
    "$have/pelicycle" -V >/dev/null || fail "the program does not run here"
    put completions/pelicycle.bash share/bash-completion/completions pelicycle
    put completions/_pelicycle share/zsh/site-functions _pelicycle
    put completions/pelicycle.fish share/fish/vendor_completions.d pelicycle.fish
    mkdir -p "$prefix/share/man/man1" "$prefix/bin"
    cp "$have"/man/*.1 "$prefix/share/man/man1/"
    # By a rename, so that a program that runs now is not overwritten.
    cp "$have/pelicycle" "$prefix/bin/.pelicycle.new"
    chmod 755 "$prefix/bin/.pelicycle.new"
    mv -f "$prefix/bin/.pelicycle.new" "$prefix/bin/pelicycle"
    echo "$("$prefix/bin/pelicycle" -V) is $prefix/bin/pelicycle"
    case ":$PATH:" in
    *":$prefix/bin:"*) echo "Next: pelicycle" ;;
    *) echo "Next: put $prefix/bin on your PATH, then: pelicycle" ;;
    esac
}

# Nothing is done before the whole file has come.
main
