# A real validator of this machine, with the names of the lab and the cluster's own authority.

check_with_validator() {
  shared=$LAB_DIR/shared
  mkdir -p "$shared"
  chmod 755 "$LAB_DIR" "$shared"
  lab exec h1 cat /var/lib/krillmanager/serving/tls/authority.pem >"$shared/ca.pem"
  lab exec h1 cat /var/lib/krillmanager/serving/ta/ta.tal >"$shared/testbed.tal"
  local number
  for ((number = 1; number <= nodes; number++)); do wait_for_roas "h$number" "$LAB_NET.$number"; done
}

# The test bed's CAs publish the last of their ROAs a while after Krill is initialised.
wait_for_roas() {
  local vrps deadline=$((SECONDS + 180))
  until vrps=$(validate "$2"); [[ $vrps -ge $roas ]]; do
    [[ $SECONDS -lt $deadline ]] ||
      fail "rpki-client finds $vrps valid ROA payloads of $roas on $1" 'see: scripts/lab exec h1 krillmanager status'
    sleep 1
  done
  say "rpki-client says: $vrps valid ROA payloads on $1"
}

# Prints how many VRPs rpki-client gets from the host with this address, from an empty cache, over RRDP.
validate() {
  local scratch
  scratch=$(mktemp -d)
  mkdir "$scratch/cache" "$scratch/out"
  chmod 755 "$scratch" && chmod 777 "$scratch/cache" "$scratch/out"
  printf '127.0.0.1 localhost\n%s krill.lab rrdp.lab rsync.lab\n' "$1" >"$scratch/hosts"
  # shellcheck disable=SC2016
  SSL_CERT_FILE=$shared/ca.pem unshare --mount --propagation private bash -c '
    mount --bind "$1/hosts" /etc/hosts
    exec rpki-client -c -t "$2" -d "$1/cache" "$1/out"' validate "$scratch" "$shared/testbed.tal" >"$scratch/log" 2>&1 || true
  tail -n +2 "$scratch/out/csv" 2>/dev/null | wc -l
  rm -rf "$scratch"
}
