# Completion of wsalive for bash: the command writes it when it is first wanted.
eval "$(wsalive completion bash)"
