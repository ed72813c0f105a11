# What could not be had, and what it means. Only the hosts' packages are worth stopping for.

report_lacks() {
  read_installed_packages
  find_missing_packages "${test_packages[@]}" "${build_packages[@]}"
  [[ ${#missing_packages[@]} -eq 0 ]] || say "! without these some tests or builds fail: ${missing_packages[*]}"
  report_rust
  find_missing_packages "${host_packages[@]}"
  [[ ${#missing_packages[@]} -eq 0 ]] ||
    fail "hosts need what apt could not install: ${missing_packages[*]}" 'see /etc/apt/sources.list, then run this again'
}

# Debian 12 has 1.63; Krill 0.16.1 and Routinator 0.15.2 need 1.88. Not installed here: rustup is the user's choice.
report_rust() {
  local version
  [[ ! -x ${HOME:-/root}/.cache/krillmanager/krill-0.16.1/bin/krill ]] || return 0
  version=$(cargo --version 2>/dev/null | sed -n 's/^cargo 1\.\([0-9]*\).*/\1/p' || true)
  [[ ${version:-0} -ge 88 ]] || say '! no cargo 1.88 or newer: Krill must come from its official image (see scripts/images)'
}
