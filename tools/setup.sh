#!/bin/sh
# Sets up .venv for `sh tools/setup.sh try` or `… dev`. Needs nothing but Python 3.11 or newer. Narrates on standard
# error, does nothing when nothing changed, and asks no questions.
set -eu
cd "$(dirname "$0")/.."
exec 1>&2
extra=$1
venv=.venv
stamp=$venv/pgwright-$extra
unset PYTHONHOME PYTHONPATH VIRTUAL_ENV || true
export PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0

say() { printf 'pgwright: %s\n' "$*" >&2; }

# What the installation depends on: where the checkout is (scripts in .venv hold its path) and its metadata.
fingerprint() {
    pwd -P
    cat pyproject.toml
}

if [ -f "$stamp" ] && "$venv/bin/python" -c '' 2>/dev/null && [ "$(fingerprint)" = "$(cat "$stamp")" ]; then
    exit 0
fi

find_python() {
    for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 python; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    say "Python 3.11 or newer was not found. Install it, or name it: make PYTHON=/path/to/python3 …"
    exit 1
}

no_environment() {
    say "This Python ($1) cannot make virtual environments, and uv is not installed."
    version=$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    if command -v apt-get >/dev/null 2>&1; then
        package=python3-venv
        [ "$version" = "$(/usr/bin/python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" ] \
            || package=python$version-venv
        say "Install one package and run the same command again:  apt-get install $package"
    else
        say "Install the venv and ensurepip modules of Python $version, or uv, and run the same command again."
    fi
    exit 1
}

if ! "$venv/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
    || { [ -f "$venv/pgwright-home" ] && [ "$(cat "$venv/pgwright-home")" != "$(pwd -P)" ]; }; then
    rm -rf "$venv"
fi
if [ ! -x "$venv/bin/python" ]; then
    python=$(find_python) || exit 1
    say "making .venv with $python"
    if ! "$python" -m venv "$venv" >/dev/null 2>&1; then
        rm -rf "$venv"
        command -v uv >/dev/null 2>&1 || no_environment "$python"
        uv venv --quiet --python "$python" "$venv" </dev/null
    fi
    pwd -P >"$venv/pgwright-home"
fi

say "installing pgwright[$extra] into .venv (once; again when pyproject.toml changes) …"
rm -f "$stamp"
if "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --editable ".[$extra]" </dev/null
else
    uv pip install --quiet --python "$venv/bin/python" --editable ".[$extra]" </dev/null
fi
fingerprint >"$stamp"
[ "$extra" != dev ] || cp "$stamp" "$venv/pgwright-try" # dev holds try
