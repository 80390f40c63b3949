#compdef wsalive
# Completion of wsalive for zsh: the command writes it when it is first wanted, and replaces this function.
setopt local_options eval_lineno
eval "$(wsalive completion zsh)"
_wsalive "$@"
