say() { printf '  %s\n' "$*" >&2; }

# fail MESSAGE [HINT]
fail() {
  printf '✗ bootstrap: %s\n' "$1" >&2
  [[ -z ${2-} ]] || printf '  %s\n' "$2" >&2
  exit 1
}
