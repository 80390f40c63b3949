message(FATAL_ERROR "wsalive has taken a module of its consumer's for its own")
