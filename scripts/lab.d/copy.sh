# push and pull stream through exec: the host resolves its own paths and symlinks, never the machine.

lab_push() {
  [[ $# -eq 3 ]] || wrong_usage 'push HOST SRC DST'
  if [[ $2 == - ]]; then
    in_host_shell "$1" 'cat >"$1"' "$3"
  elif [[ -d $2 ]]; then
    tar -C "$2" -cf - . | in_host_shell "$1" 'mkdir -p "$1" && tar -C "$1" -xpf -' "$3"
  else
    in_host_shell "$1" 'rm -f "$1" && cat >"$1" && chmod "$2" "$1"' "$3" "$(stat -L -c %a "$2")" <"$2"
  fi
}

lab_pull() {
  [[ $# -eq 3 ]] || wrong_usage 'pull HOST SRC DST'
  if [[ $3 == - ]]; then
    in_host_shell "$1" 'cat "$1"' "$2"
  elif in_host_shell "$1" 'test -d "$1"' "$2"; then
    mkdir -p "$3"
    in_host_shell "$1" 'tar -C "$1" -cf - .' "$2" | tar -C "$3" -xpf -
  else
    in_host_shell "$1" 'cat "$1"' "$2" >"$3.part" && mv "$3.part" "$3"
  fi
}

# A subshell, since exec replaces the shell that calls it.
in_host_shell() {
  local host=$1 script=$2
  shift 2
  (lab_exec "$host" sh -c "$script" sh "$@")
}
