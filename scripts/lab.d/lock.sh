# One command at a time changes a lab. Children of a killed "up" inherit the lock and so still hold it.

lock_descriptor=9

# The lock stands beside the directory: "down" removes the directory while it holds the lock.
lock_file() { printf '/run/lock/krillmanager-lab-%s.lock' "$lab_id"; }

take_lock() {
  mkdir -p /run/lock
  exec 9>>"$(lock_file)"
  flock -w 120 $lock_descriptor || fail 'another lab command is at work' "see: fuser -v $(lock_file)"
}

# For "down": whoever still works at this lab ends now.
seize_lock() {
  mkdir -p /run/lock
  exec 9>>"$(lock_file)"
  until flock -w 0.5 $lock_descriptor; do end_lock_holders; done
}

end_lock_holders() {
  local link pid
  for link in /proc/[0-9]*/fd/*; do
    [[ $(readlink "$link" 2>/dev/null) == "$(lock_file)" ]] || continue
    pid=${link#/proc/}
    pid=${pid%%/*}
    [[ $pid == "$$" || $pid == "$BASHPID" ]] || kill -KILL "$pid" 2>/dev/null || true
  done
}

release_lock() {
  exec 9>&-
}
