# What the scripts here have in common; each sources it first. It moves to the root of the checkout, so
# that every path below is relative to that, wherever the script was called from.
set -euo pipefail

caller_folder=$PWD
script=$(realpath "$0")
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The comment on top of a script is its help.
usage() { sed -n '2,/^[^#]/s/^#\( \|$\)//p' "$script"; }

die() {
  echo "$(basename "$script"): $*" >&2
  exit 1
}

wrong_usage() {
  echo "$(basename "$script"): $*; see --help" >&2
  exit 2
}
