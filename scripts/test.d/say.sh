say() { printf '== %4d s  %s\n' "$SECONDS" "$*"; }
