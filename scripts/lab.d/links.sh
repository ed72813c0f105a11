# The bridge and one cable (veth) per host.

has_link() { [[ -e /sys/class/net/$1 ]]; }

make_bridge() {
  if ! has_link "$bridge"; then
    ip link add "$bridge" type bridge stp_state 0 forward_delay 0 mcast_snooping 0
  fi
  ip address replace "$LAB_NET.254/24" dev "$bridge"
  ip address replace "${LAB_NET6}fe/64" dev "$bridge" nodad
  ip link set "$bridge" up
  warn_of_filtered_bridges
}

# br_netfilter sends bridged frames through the machine's FORWARD chain, where Docker's policy is DROP.
warn_of_filtered_bridges() {
  local switch=/proc/sys/net/bridge/bridge-nf-call-iptables
  [[ -e $switch && $(contents "$switch") == 1 ]] || return 0
  [[ $(iptables -S FORWARD 2>/dev/null | head -1) == '-P FORWARD DROP' ]] || return 0
  say "! this machine's firewall may drop what hosts send each other (br_netfilter, FORWARD is DROP)"
  say "  if hosts cannot reach each other: iptables -I FORWARD -i $bridge -o $bridge -j ACCEPT"
}

remove_link() { ! has_link "$1" || ip link delete "$1" 2>/dev/null || ! has_link "$1"; }

remove_links() {
  local path
  for path in /sys/class/net/km"$lab_id"h*; do [[ ! -e $path ]] || remove_link "${path##*/}"; done
  remove_link "$bridge"
}

# The machine's end goes down: the host loses its carrier and keeps its addresses, as with a pulled cable.
unplug() { ! has_link "$(host_link "$1")" || ip link set "$(host_link "$1")" down; }
plug_in() { ip link set "$(host_link "$1")" up; }

is_plugged_in() {
  local flags
  read -r flags <"/sys/class/net/$(host_link "$1")/flags" 2>/dev/null || return 1
  ((flags & 1))
}
