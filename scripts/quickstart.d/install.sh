# The release on every host, with its own install script, at once.

archive() { printf '%s' "$root"/dist/krillmanager-*.tar.gz; }

# The release that dist/ holds, e.g. 1.0.0-0123456789ab
built_release() {
  local version sum
  version=$(sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' "$root/package.json" | head -1)
  sum=$(sha256sum "$root/dist/krillmanager")
  printf '%s-%s' "$version" "${sum:0:12}"
}

install_everywhere() {
  local release host number pids=()
  release=$(built_release)
  for ((number = 1; number <= nodes; number++)); do
    install_on "h$number" "$release" &
    pids+=($!)
  done
  for host in "${pids[@]}"; do wait "$host"; done
}

# A host that has this very release is left alone; an agent that runs takes up a new one.
install_on() {
  [[ $(lab exec "$1" readlink /opt/krillmanager/current) != "$2" ]] || return 0
  say "installing $2 on $1"
  lab exec "$1" bash -ec 'rm -rf /root/release; mkdir /root/release; tar -xzf - -C /root/release
    /root/release/*/install >/root/install.log; rm -rf /root/release
    systemctl try-restart krillmanager-agent.service' <"$(archive)" ||
    fail "cannot install on $1" "see: scripts/lab exec $1 cat /root/install.log"
}
