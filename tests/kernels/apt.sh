# For scripts of this folder: an apt of their own, so that the host's packages are not touched. The mirror is the one that the
# host uses for Debian.
#   own_apt <folder> <suite,suite...>   keeps its lists and packages in <folder>, and looks into these suites; afterwards
#                                       apt-get "${own[@]}" ... and apt-cache "${own[@]}" ... are that apt

mirror_of() {  # The address of the host's archive with that label.
  apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    awk -v label="$1" '$1 == label { print $2; exit }'
}

own_apt() {
  local folder main uri suite key=/usr/share/keyrings/debian-archive-keyring.gpg
  mkdir -p "$1/lists/partial" "$1/archives/partial"
  folder=$(cd "$1" && pwd)
  main=$(mirror_of Debian)
  [ -n "$main" ] || { echo "$0: the host's apt knows no mirror of Debian" >&2; exit 1; }
  for suite in ${2//,/ }; do
    uri=$main
    case $suite in *-security) uri=$(mirror_of Debian-Security) ;; esac
    [ -z "$uri" ] || echo "deb [signed-by=$key] $uri $suite main"
  done >"$folder/sources.list"
  own=(-q -o "Dir::Etc::sourcelist=$folder/sources.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$folder/lists"
    -o "Dir::Cache=$folder" -o Dir::State::status=/dev/null -o APT::Sandbox::User=root -o APT::Architecture=amd64)
  apt-get "${own[@]}" update >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }
}

# The highest version of a package that these suites have. Backports are no candidates of themselves.
newest_of() { apt-cache "${own[@]}" madison "$1" | awk '{print $3}' | sort -V | tail -n 1; }

download() {  # download <package>...: into the folder's archives, which has nothing else then
  local folder
  for each in "${own[@]}"; do case $each in Dir::Cache=*) folder=${each#*=} ;; esac; done
  (cd "$folder/archives" && rm -f ./*.deb && apt-get "${own[@]}" download "$@" >>"$folder/log" 2>&1) ||
    { tail -n 5 "$folder/log" >&2; exit 1; }
}
