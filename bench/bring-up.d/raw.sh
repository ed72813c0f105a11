# The floor: the same cluster by raw docker, gluster and krillc commands, as the script of a skilled
# operator who knows every value beforehand. Together what can be together, nothing checked twice.

raw_commands() {
  raw_storage
  raw_swarm
  raw_krill
  on_each raw_serving
  on_each raw_healthy
}

# on_each FUNCTION: on all hosts at the same time.
on_each() {
  local number task tasks=()
  for ((number = 1; number <= nodes; number++)); do "$1" "$number" & tasks+=($!); done
  for task in "${tasks[@]}"; do wait "$task"; done
}

raw_storage() {
  local number bricks=()
  for ((number = 2; number <= nodes; number++)); do
    lab exec h1 gluster --mode=script peer probe "$LAB_NET.$number"
  done
  until [[ $(lab exec h1 gluster peer status | grep -c 'Peer in Cluster (Connected)') -eq $((nodes - 1)) ]]; do sleep 0.2; done
  for ((number = 1; number <= 3; number++)); do bricks+=("$LAB_NET.$number:/srv/krillmanager/brick"); done
  lab exec h1 gluster --mode=script volume create raw replica 3 "${bricks[@]}" force
  # shellcheck disable=SC2046 # one word a name, one a value
  lab exec h1 gluster --mode=script volume set raw $(volume_options)
  lab exec h1 gluster --mode=script volume start raw
  on_each raw_mount
}

raw_mount() { lab exec "h$1" mount -t glusterfs 127.0.0.1:/raw /mnt/volume; }

volume_options() {
  (cd "$root" && node_modules/node-linux-*/bin/node --no-warnings --input-type=module -e "
    import { volumeOptions } from './packages/core/src/policy.ts';
    console.log(Object.entries(volumeOptions).flat().join(' '));")
}

raw_swarm() {
  lab exec h1 docker swarm init --dispatcher-heartbeat 2s --advertise-addr "$LAB_NET.1"
  raw_token=$(lab exec h1 docker swarm join-token -q worker)
  on_each raw_join
  lab exec h1 docker node promote h2 h3
}

raw_join() { [[ $1 == 1 ]] || lab exec "h$1" docker swarm join --token "$raw_token" "$LAB_NET.1:2377"; }

# With its own certificate: the operator who writes this looks at nothing but loopback.
raw_krill() {
  lab exec h1 timeout 60 bash -ec '
    cd /mnt/volume
    mkdir -p krill/data/repo/rrdp krill/data/repo/rsync tls
    chown -R 1012:1012 krill
    chmod 1777 krill/data/repo/rsync
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 -subj /CN=raw \
      -addext subjectAltName=DNS:krill.lab,DNS:rrdp.lab,DNS:rsync.lab -keyout tls/server.key -out tls/server.pem
    cat >krill/krill.conf <<CONF
data_dir = "/var/krill/data/"
ip = "127.0.0.1"
port = 3000
log_type = "stderr"
log_level = "warn"
pid_file = "/tmp/krill.pid"
unix_socket = "/tmp/krill.sock"
service_uri = "https://krill.lab/"
admin_token = "$(openssl rand -hex 32)"
bgp_riswhois_enabled = false
rrdp_delta_interval_min_seconds = 0
[unix_users]
krill = "admin"
CONF
    docker service create --quiet --detach --no-resolve-image --name krill --network host --user 1012:1012 \
      --constraint node.role==manager --constraint node.hostname==h1 --read-only --cap-drop ALL --init \
      --mount type=bind,src=/mnt/volume/krill,dst=/var/krill \
      --mount type=tmpfs,dst=/tmp,tmpfs-mode=1777 \
      --mount type=tmpfs,dst=/var/krill/data/repo/rsync,tmpfs-mode=1777 \
      "$(docker images --format "{{.Repository}}:{{.Tag}}" 127.0.0.1:9/krillmanager/krill)" \
      krill --config /var/krill/krill.conf
    inside() { docker exec -i -w / -e KRILL_CLI_SERVER=unix:///tmp/krill.sock \
      "$(docker ps -q --filter label=com.docker.swarm.service.name=krill)" "$@"; }
    ask() { inside krillc "$@"; }
    until ask health >/dev/null 2>&1; do sleep 0.1; done
    ask pubserver server init --rrdp https://rrdp.lab/rrdp/ --rsync rsync://rsync.lab/repo/
    ask add --ca bench
    ask repo request --ca bench | inside sh -c "cat >/tmp/request"
    ask pubserver publishers add --request /tmp/request | inside sh -c "cat >/tmp/response"
    ask repo configure --ca bench --response /tmp/response'
}

raw_serving() {
  lab exec "h$1" bash -ec '
    mkdir -p /srv/raw/publish /srv/raw/conf
    chown 1013:1013 /srv/raw/publish
    cp /mnt/volume/tls/server.* /srv/raw/conf
    cat >/srv/raw/conf/nginx.conf <<CONF
pid /tmp/nginx.pid;
events { worker_connections 4096; }
http {
  server {
    listen 443 ssl http2;
    ssl_certificate /conf/server.pem;
    ssl_certificate_key /conf/server.key;
    location /rrdp/ { root /publish; }
  }
}
CONF
    printf "uid = nobody\ngid = nogroup\n[repo]\npath = /publish/rsync/current/\n" >/srv/raw/conf/rsyncd.conf
    release=$(readlink -f /opt/krillmanager/current)
    image() { docker images -q "127.0.0.1:9/krillmanager/$1"; }
    run() { docker run --detach --network host --init --restart unless-stopped --name "raw-$1" "${@:2}"; }
    run krillsync --user 1013:1013 -v /mnt/volume/krill/data/repo/rrdp:/source:ro -v /srv/raw/publish:/publish \
      -v "$release:$release:ro" "$(image krillsync)" "$release/krillmanager" krillsync \
      https://rrdp.lab/rrdp/notification.xml --source-uri-base=/source/ --state-dir=/publish/state \
      --rrdp-dir=/publish/rrdp --rsync-dir=/publish/rsync --rsync-interval=0 --watch &
    run nginx -v /srv/raw/conf:/conf:ro -v /srv/raw/publish:/publish:ro "$(image nginx)" \
      nginx -c /conf/nginx.conf -g "daemon off;" &
    run rsyncd -v /srv/raw/conf:/conf:ro -v /srv/raw/publish:/publish:ro "$(image rsyncd)" \
      rsync --daemon --no-detach --config=/conf/rsyncd.conf &
    wait'
}

# Healthy is what a client sees: the notification over TLS, and the module over rsync (a CA without resources publishes nothing yet).
raw_healthy() {
  lab exec "h$1" timeout 60 bash -ec '
    until curl -fsk --resolve rrdp.lab:443:127.0.0.1 https://rrdp.lab/rrdp/notification.xml | grep -q snapshot &&
      rsync rsync://127.0.0.1/repo/ >/dev/null; do sleep 0.1; done'
}
