farewell() {
  cat <<TEXT

A cluster of $nodes hosts publishes. Look around:
  scripts/lab exec h1 krillmanager status        what runs where
  scripts/lab exec h2 krillc list                Krill's own command line, from any host
  scripts/lab exec h2 docker ps                  a host's containers
  scripts/lab kill h3; scripts/lab boot h3       a power cut, and its end
  $LAB_DIR/shared/ca.pem, testbed.tal            for a validator of your own
Remove it: scripts/lab down
TEXT
}
