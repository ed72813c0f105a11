# Where this lab is and what its things are called. Everything derives from LAB_DIR, LAB_NET and LAB_NET6.

LAB_DIR=${LAB_DIR:-/var/tmp/krillmanager-lab}

max_hosts=50
ready_within_s=180

wrong_usage() {
  printf '✗ lab: %s\n  run "scripts/lab --help"\n' "$1" >&2
  exit 2
}

# fail MESSAGE [HINT]
fail() {
  printf '✗ lab: %s\n' "$1" >&2
  [[ -z ${2-} ]] || printf '  %s\n' "$2" >&2
  exit 1
}

# contents FILE: nothing if it is not there. "$(<file)" would end the whole shell, and processes come and go.
contents() {
  local text=''
  { read -r -d '' text <"$1"; } 2>/dev/null || true
  printf '%s' "${text%$'\n'}"
}

check_settings() {
  [[ $LAB_DIR =~ ^/[^[:space:],:\\]+$ && $LAB_DIR != */../* && $LAB_DIR != */.. ]] ||
    wrong_usage "LAB_DIR must be an absolute path without blanks, commas or colons: $LAB_DIR"
  LAB_DIR=${LAB_DIR%/}
  choose_networks
  [[ $LAB_NET =~ ^([0-9]{1,3}\.){2}[0-9]{1,3}$ ]] || wrong_usage "LAB_NET must be like 10.55.0: $LAB_NET"
  [[ $LAB_NET6 =~ ^[0-9a-fA-F:]+::$ ]] || wrong_usage "LAB_NET6 must be like fd55::, got $LAB_NET6"
  name_things
}

# A lab that is there keeps its networks: its hosts know their addresses.
choose_networks() {
  local net net6
  LAB_NET=${LAB_NET-} LAB_NET6=${LAB_NET6-}
  if ! { read -r net net6 <"$LAB_DIR/lab"; } 2>/dev/null; then
    LAB_NET=${LAB_NET:-10.55.0} LAB_NET6=${LAB_NET6:-fd55::}
    return
  fi
  [[ ${LAB_NET:-$net} == "$net" && ${LAB_NET6:-$net6} == "$net6" ]] ||
    wrong_usage "the lab in $LAB_DIR has LAB_NET=$net LAB_NET6=$net6"
  LAB_NET=$net
  LAB_NET6=$net6
}

# One number for the directory names bridge, links and cgroup; an interface name holds 15 characters.
# A hash in the shell itself, because exec is called thousands of times and a process costs more.
name_things() {
  local hash=5381 i code
  for ((i = 0; i < ${#LAB_DIR}; i++)); do
    printf -v code '%d' "'${LAB_DIR:i:1}"
    hash=$(((hash * 33 + code) & 0xffffff))
  done
  printf -v lab_id '%06x' "$hash"
  bridge="kmb$lab_id"
  lab_cgroup="krillmanager-lab-$lab_id"
}
