# wsalive_warnings: linked privately by our own targets. On in the developer presets, as errors; a
# stranger's build is quiet, since another compiler or -O3 warns of what is none of his business.
option(WSALIVE_WERROR "Show warnings and treat them as errors" OFF)

add_library(wsalive_warnings INTERFACE)
if(WSALIVE_WERROR)
  target_compile_options(wsalive_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wcast-align -Wformat=2
    $<$<COMPILE_LANGUAGE:CXX>:-Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual>
    $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op -Wnull-dereference>
    -Werror)
  if(WSALIVE_UNITY)  # Neighbours in one piece are not to be heard of.
    target_compile_options(wsalive_warnings INTERFACE -Wno-shadow -Wshadow=local
      $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-Wno-subobject-linkage>)
  endif()
endif()
