#!/usr/bin/env bash
# Prepares Python for the course. Safe to run again at any time: what is done is not done twice.
#
#   bash colab_setup.sh --into PYTHON   adds to that Python only the packages that are missing, changes none that
#                                       is there, and puts nnlab on its path (nnlab/packages.py does it).
#   bash colab_setup.sh                 on Colab: the same; elsewhere: makes .venv with the pinned requirements.txt.
#                                       NNLAB_PYTHON names the Python to make it with; NNLAB_WHEELS a folder
#                                       that holds every package, for machines without a network.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

fail() { printf 'nnlab: %s\n' "$*" >&2; exit 1; }

suits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1; }

choose_python() {
  if [ -n "${NNLAB_PYTHON:-}" ]; then
    suits "$NNLAB_PYTHON" || fail "NNLAB_PYTHON=$NNLAB_PYTHON is $("$NNLAB_PYTHON" --version 2>&1 || true);" \
      "the course needs Python 3.11, 3.12 or 3.13: name one of these, as in 'make course PYTHON=python3.12'."
    echo "$NNLAB_PYTHON"; return
  fi
  for python in python3 python python3.13 python3.12 python3.11; do
    if suits "$python"; then echo "$python"; return; fi
  done
  fail "the course needs Python 3.11, 3.12 or 3.13, and 'python3' here is $(python3 --version 2>&1 || true):" \
    "install one of them (https://www.python.org/downloads) or name it, as in 'make course PYTHON=/path/to/python3.12'."
}

explain() {  # explain LOG: the end of LOG, then one sentence for what went wrong in it and what to do
  local again="and run the same command again (it goes on where it stopped). Details: $here/$1"
  if grep -qiE 'no space left|ENOSPC|os error 28|quota exceeded|os error 122' "$1"; then
    fail "the disk is full: free about 8 GB in $here $again"
  elif grep -qiE 'certificate|UnknownIssuer' "$1"; then
    fail "the package index's certificate is not trusted here: have your network's certificate added (SSL_CERT_FILE) $again"
  elif grep -qiE 'dns error|name resolution|name or service not known|could not connect|connection (refused|reset|aborted)|connect error|timed out|unreachable|no route to host|proxyerror|tunnel|could not find a version that satisfies the requirement uv' "$1"; then
    fail "the package index could not be reached: check the network (or set HTTPS_PROXY) $again"
  fi
  tail -n 12 "$1" >&2
  fail "installing the packages failed as shown above: correct that $again"
}

make_venv() {
  cd "$here"
  local python stamp log=build/setup.log need_kb=$((8 * 1024 * 1024)) free_kb pinned_uv
  stamp="$here $(cksum < requirements.txt)"
  if [ "$(cat .venv/nnlab-complete 2>/dev/null)" = "$stamp" ] && [ -x .venv/bin/python ]; then
    # Complete: left alone, unless another Python is asked for by name.
    [ -n "${NNLAB_PYTHON:-}" ] && [ "$("$NNLAB_PYTHON" --version 2>&1)" != "$(.venv/bin/python --version)" ] || return 0
  fi

  python=$(choose_python)
  "$python" -c 'import ensurepip, venv' 2>/dev/null ||
    fail "$("$python" --version) here has no venv module: on Debian and Ubuntu 'sudo apt install python3-venv' adds it."
  free_kb=$(df -Pk . | awk 'NR == 2 { print $4 }')
  [ "$free_kb" -ge "$need_kb" ] || [ -d .venv ] ||
    fail "the packages need about 8 GB of disk and $here has $((free_kb / 1024 / 1024)) GB free: free some and run the same command again."

  mkdir -p build
  echo "Making .venv with $("$python" --version): about 3 GB to download, 5.5 GB on disk, once."
  "$python" -m venv --clear .venv >"$log" 2>&1 || explain "$log"
  pinned_uv=$(grep -E '^uv==' requirements.txt | cut -d' ' -f1)
  local from=()
  if [ -n "${NNLAB_WHEELS:-}" ]; then
    [ -d "$NNLAB_WHEELS" ] || fail "NNLAB_WHEELS=$NNLAB_WHEELS is no folder; fill one with 'pip download -r requirements.txt -d FOLDER'."
    from=(--no-index --find-links "$NNLAB_WHEELS")
  fi
  .venv/bin/python -m pip install -q --retries 1 --timeout 30 --disable-pip-version-check ${from[@]+"${from[@]}"} "$pinned_uv" >"$log" 2>&1 || explain "$log"
  .venv/bin/uv pip install ${from[@]+"${from[@]}"} --python .venv/bin/python -r requirements.txt 2>&1 | tee "$log" |
    { grep --line-buffered -E '^ *(Downloading|Downloaded|Prepared|Installed)' || true; } || explain "$log"
  echo "$here" > "$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/nnlab.pth"
  echo "$stamp" > .venv/nnlab-complete
}

case "${1:-}" in
  --into) "${2:?--into needs the path of a Python}" "$here/nnlab/packages.py" ;;
  "") if [ -n "${COLAB_RELEASE_TAG:-}" ]; then python3 "$here/nnlab/packages.py"; else make_venv; fi ;;
  *) fail "unknown option '$1'; use 'colab_setup.sh' or 'colab_setup.sh --into PYTHON'." ;;
esac
