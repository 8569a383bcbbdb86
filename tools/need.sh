#!/bin/sh
# Make sure of what no package index of Python's carries: `tools/need.sh postgresql chromium`.
# Installs it where that is one safe step (root on Debian), else says what to install and fails.
set -eu

has() {
    case $1 in
        buildah | debootstrap) command -v "$1" > /dev/null ;;
        chromium) command -v chromium > /dev/null || command -v chromium-browser > /dev/null || command -v google-chrome > /dev/null ;;
        # Debian keeps the server's programs out of PATH.
        postgresql) command -v initdb > /dev/null || ls /usr/lib/postgresql/*/bin/initdb > /dev/null 2>&1 ;;
        redis-server) command -v redis-server > /dev/null ;;
        *) echo "need.sh does not know '$1'." >&2; exit 2 ;;
    esac
}

why() {
    case $1 in
        buildah) echo "it builds the container images, and needs no engine" ;;
        debootstrap) echo "it makes the base of the container images out of Debian's packages" ;;
        chromium) echo "the page is tested in a real browser" ;;
        postgresql) echo "tests and chaos run on a real, throwaway PostgreSQL" ;;
        redis-server) echo "tests and chaos count calls in a real, throwaway Redis" ;;
    esac
}

missing=""
for name in "$@"; do
    has "$name" || missing="$missing $name"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get > /dev/null; then
    echo "Installing$missing with apt-get ..."
    apt-get update -qq
    # shellcheck disable=SC2086  # a list of names
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
else
    for name in $missing; do
        echo "'$name' is missing: $(why "$name"). Install it (on Debian: apt-get install $name) and try again." >&2
    done
    exit 1
fi
