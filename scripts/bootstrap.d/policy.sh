# Debian packages start their services when they are installed. A policy-rc.d that says 101 forbids it for the moment.

policy=/usr/sbin/policy-rc.d
saved_policy=$policy.before-krillmanager
made_policy=no

# A policy of the operator's that forbids already is enough; one that does not is put back afterwards.
forbid_service_starts() {
  ! forbids_starts || return 0
  trap allow_service_starts EXIT
  made_policy=yes
  [[ ! -e $policy ]] || mv "$policy" "$saved_policy"
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
}

forbids_starts() {
  local answer=0
  [[ -x $policy ]] || return 1
  "$policy" docker start >/dev/null 2>&1 || answer=$?
  [[ $answer -eq 101 ]]
}

allow_service_starts() {
  [[ $made_policy == yes ]] || return 0
  rm -f "$policy"
  [[ ! -e $saved_policy ]] || mv "$saved_policy" "$policy"
  made_policy=no
}
