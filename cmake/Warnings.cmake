# wsalive_warnings: linked privately by our own targets; errors in the developer presets only.
option(WSALIVE_WERROR "Treat warnings as errors" OFF)

add_library(wsalive_warnings INTERFACE)
target_compile_options(wsalive_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wcast-align -Wformat=2
  $<$<COMPILE_LANGUAGE:CXX>:-Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual>
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op -Wnull-dereference>
  $<$<BOOL:${WSALIVE_WERROR}>:-Werror>)
