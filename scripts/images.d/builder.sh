# shellcheck shell=bash
# A dockerd of our own, for the time of the build: whatever Docker the machine runs is left alone.

builder_pid=
builder_dir=

builder_start() {
  builder_dir=$(mktemp -d "$cache/builder.XXXXXX")
  mkdir "$builder_dir/client"
  export DOCKER_HOST=unix://$builder_dir/docker.sock DOCKER_CONFIG=$builder_dir/client DOCKER_BUILDKIT=0
  # In a mount namespace of its own, so that no mount outlives it; with names of its own, so that
  # neither a containerd that it shares nor a cgroup can be confused with the machine's Docker.
  unshare --mount --propagation private dockerd \
    --host "$DOCKER_HOST" --data-root "$builder_dir/data" --exec-root "$builder_dir/exec" \
    --pidfile "$builder_dir/pid" --bridge=none --iptables=false --ip6tables=false --ip-forward=false --ip-masq=false \
    --containerd-namespace krillmanager-builder --containerd-plugins-namespace krillmanager-builder-plugins \
    --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent krillmanager-builder \
    >"$builder_dir/log" 2>&1 8>&- 9>&- &
  builder_pid=$!
  for _ in {1..150}; do
    docker version >/dev/null 2>&1 && return
    kill -0 "$builder_pid" 2>/dev/null || break
    sleep 0.2
  done
  cat "$builder_dir/log" >&2
  fail "the private dockerd that builds images does not start" "its log is above"
}

builder_stop() {
  [ -n "$builder_pid" ] || return 0
  kill "$builder_pid" 2>/dev/null || true
  wait "$builder_pid" 2>/dev/null || true
  rm -rf "$builder_dir"
  # Deepest first: a cgroup with children cannot be removed.
  find /sys/fs/cgroup -depth -type d -path '*/krillmanager-builder*' -exec rmdir '{}' + 2>/dev/null || true
  builder_pid=
}
