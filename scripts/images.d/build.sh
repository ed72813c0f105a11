# shellcheck shell=bash
# From docker/ to one archive with all images.

# Hash of files: their paths, modes and content.
hash_of() {
  (cd "$root" && find "$@" -type f | LC_ALL=C sort | while read -r file; do
    [ -x "$file" ] && printf 'x '
    sha256sum "$file"
  done) | sha256sum | cut -c1-64
}

# The name of an image tells its inputs, so equal names mean equal recipes.
image_reference() {
  local name=$1 inputs
  inputs=$(hash_of docker/base docker/apt "docker/$name" scripts/images.d/base.sh
    jq -c --arg name "$name" '[.base, .upstream[$name], .packages[$name]]' "$lock")
  echo "127.0.0.1:9/krillmanager/$name:$(sha256sum <<<"$inputs" | cut -c1-16)"
}

image_names() {
  jq -r '.packages | keys_unsorted[]' "$lock"
}

# Builds docker/$1 as image $2 from a copy that has the same modes on every machine.
docker_build() {
  local name=$1 image=$2 context=$builder_dir/context/$1
  shift 2
  mkdir -p "$context"
  cp -r "$root/docker/$name/." "$context"
  chmod -R u=rwX,go=rX "$context"
  if ! docker build --network host --force-rm --tag "$image" "$@" "$context" >"$builder_dir/$name.log" 2>&1; then
    tail -30 "$builder_dir/$name.log" >&2
    fail "the image $name could not be built" "the end of its log is above"
  fi
  # The builder paints what comes from stderr.
  grep -o 'warning: .* is no longer offered.*[^[:cntrl:]\[0m]' "$builder_dir/$name.log" >&2 || true
}

# Debian from a registry where one can be reached, else made here.
provide_debian() {
  local suite image archive
  suite=$(jq -r .base.suite "$lock") image=$(jq -r .base.image "$lock")
  archive=$cache/debian-$suite-$(dpkg --print-architecture)-$(jq -r .base.refreshed "$lock").tar
  if [ ! -f "$archive" ] && timeout 60 docker pull --quiet "$image" >/dev/null 2>&1; then
    docker tag "$image" krillmanager/debian
    return
  fi
  [ -f "$archive" ] || { say "making a minimal Debian $suite"; make_base "$suite" "$archive" "$(jq -r ".base.shared | join(\",\")" "$lock")"; }
  docker import "$archive" krillmanager/debian >/dev/null
}

# The machine's package sources, proxies and certificates, for the throw-away stage that installs.
provide_apt() {
  local machine=$builder_dir/context/apt/machine
  mkdir -p "$machine/sources.list.d" "$machine/apt.conf.d"
  debian_sources "$(jq -r .base.suite "$lock")" >"$machine/sources.list.d/machine.list"
  apt_proxies >"$machine/apt.conf.d/machine"
  if [ -f /etc/ssl/certs/ca-certificates.crt ]; then
    cp /etc/ssl/certs/ca-certificates.crt "$machine/machine-ca.crt"
    echo 'Acquire::https::CaInfo "/etc/apt/machine-ca.crt";' >>"$machine/apt.conf.d/machine"
  fi
  docker_build apt krillmanager/apt --build-arg BASE=krillmanager/base \
    --build-arg http_proxy --build-arg https_proxy --build-arg no_proxy
}

build_image() {
  local name=$1 context=$builder_dir/context/$1
  mkdir -p "$context"
  jq -r --arg name "$name" '.packages[$name] | to_entries[] | "\(.key)=\(.value)"' "$lock" >"$context/packages"
  [ "$name" != krill ] || krill_binaries "$context/bin"
  docker_build "$name" "$(image_reference "$name")" \
    --build-arg BASE=krillmanager/base --build-arg APT=krillmanager/apt \
    --build-arg http_proxy --build-arg https_proxy --build-arg no_proxy
}

krill_binaries() {
  local from
  from=$(cargo_tool krill)
  mkdir -p "$1"
  for binary in krill krillc; do
    strip --strip-all -o "$1/$binary" "$from/$binary"
  done
}

# What Debian really gave, as JSON: { "nginx": "1.22.1-9+deb12u11", … }.
installed_packages() {
  local name
  for name in $(image_names); do
    jq -r --arg name "$name" '.packages[$name] | keys[]' "$lock" |
      xargs docker run --rm --network none --entrypoint dpkg-query "$(image_reference "$name")" \
        --showformat '${Package} ${Version}\n' --show
  done | jq -Rn '[inputs | split(" ") | { key: .[0], value: .[1] }] | from_entries'
}

# Prints images.json for the archive $1.
describe_images() {
  local name
  for name in $(image_names); do
    jq -n --arg key "$name" --arg value "$(image_reference "$name")" '{ key: $key, value: $value }'
  done | jq -s --arg sha256 "$(sha256sum "$1" | cut -d' ' -f1)" --arg krill "$(pinned_upstream krill)" \
    --argjson packages "$(installed_packages)" '{
      archive: "images.tar", sha256: $sha256, images: from_entries,
      versions: { krill: $krill, nginx: $packages.nginx, rsync: $packages.rsync },
      packages: $packages }'
}
