# One command at a time changes a lab. Children of a killed "up" inherit the lock and so still hold it.

# The lock stands beside the directory: "down" removes the directory while it holds the lock.
lock_file() { printf '/run/lock/krillmanager-lab-%s.lock' "$lab_id"; }

take_lock() {
  local until=$((SECONDS + 240))
  until try_lock; do
    ((SECONDS < until)) || fail 'another lab command is at work' "see who has $(lock_file) open"
  done
}

# For "down": whoever still works at this lab ends now.
seize_lock() {
  until try_lock; do end_lock_holders; done
}

# False after a short wait, or if it locked a file that another "down" has removed meanwhile.
try_lock() {
  mkdir -p /run/lock
  exec 9>>"$(lock_file)"
  flock -w 0.5 9 && [[ /proc/self/fd/9 -ef $(lock_file) ]]
}

end_lock_holders() {
  local path pid
  for path in $(find_lock_holders); do
    pid=${path#/proc/}
    pid=${pid%%/*}
    [[ $pid == "$$" ]] || kill -KILL "$pid" 2>/dev/null || true
  done
}

# Closed for find itself, which else would find itself.
find_lock_holders() {
  find /proc/[0-9]*/fd -maxdepth 1 -lname "$(lock_file)" 2>/dev/null 9>&- || true
}
