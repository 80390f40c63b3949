# For the places that are made of mounts; they source it. Each runs itself anew in a mount namespace of its own: with the
# word `inside` for its first.
checkout=$(cd "$(dirname "$0")/../.." && pwd)

cannot() { echo "$(basename "$0"): $*"; exit 77; }

# inside_mounts <arguments...>: goes on there; as another than root, as root of a user namespace.
inside_mounts() {
  local ways=(--mount --propagation private)
  [ "$(id -u)" = 0 ] || ways+=(--user --map-root-user)
  refused=$(unshare "${ways[@]}" true 2>&1) || cannot "a mount namespace is denied here: $refused"
  exec unshare "${ways[@]}" -- "$0" inside "$@"
}

# move_below_folder <mode>: from now on the folder around the checkout has nothing but the checkout, and that mode.
move_below_folder() {
  local around=${checkout%/*} kept
  [ -n "$around" ] || cannot "the checkout lies in the root folder"
  kept=$(mktemp -d)
  mount --bind "$checkout" "$kept"
  mount -t tmpfs -o mode="$1" places "$around"
  mkdir "$checkout"
  mount --bind "$kept" "$checkout"
  umount "$kept"
  rmdir "$kept"
  cd "$checkout"
}
