# Our own commands, as an operator types them.

configuration() {
  cat <<YAML
# A test bed: Krill makes a trust anchor, ten CAs and a hundred ROAs by itself.
domains:
  krill: krill.lab
  rrdp: rrdp.lab
  rsync: rsync.lab
krill:
  mode: testbed
  cas: $cas
  roas: $((roas / cas))
tls:
  mode: private
YAML
}

form_cluster() {
  local number slaves=()
  for ((number = 2; number <= nodes; number++)); do
    slaves+=("$LAB_NET.$number")
    init_slave "h$number"
  done
  lab exec h1 bash -c 'test -e /etc/krillmanager/krillmanager.yaml ||
    { mkdir -p /etc/krillmanager && cat >/etc/krillmanager/krillmanager.yaml; }' < <(configuration)
  open_ports h1
  lab exec h1 krillmanager "--slave-ips=$(IFS=, && printf '%s' "${slaves[*]}")" init
}

# A host that is a slave already says so, which is no error here.
init_slave() {
  ! lab exec "$1" systemctl is-active --quiet krillmanager-agent.service || return 0
  open_ports "$1"
  lab exec "$1" krillmanager --slave=1 init >&2
}

# Among the hosts only, as the manual recommends.
open_ports() {
  local number peers=()
  for ((number = 1; number <= nodes; number++)); do peers+=("$LAB_NET.$number"); done
  lab exec "$1" open-cluster-ports "--peers=$(IFS=, && printf '%s' "${peers[*]}")" >/dev/null
}
