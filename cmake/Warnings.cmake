# wsalive_warnings: linked privately by our own targets. On in the developer presets, as errors; a
# stranger's build is quiet, since another compiler or -O3 warns of what is none of his business.
#
# wsalive_known_options(<out> <option>...): those of the options that both compilers of this build know. -Wno-... of an
# unknown warning passes in silence until something else warns, so its positive form is asked for.
include(CheckCCompilerFlag)
include(CheckCXXCompilerFlag)
function(wsalive_known_options out)
  set(known "")
  foreach(option IN LISTS ARGN)
    string(REPLACE "-Wno-error=" "-W" asked ${option})
    string(REPLACE "-Wno-" "-W" asked ${asked})
    string(MAKE_C_IDENTIFIER "HAVE${asked}" variable)
    set(CMAKE_REQUIRED_QUIET ON)
    check_c_compiler_flag(${asked} C_${variable})
    check_cxx_compiler_flag(${asked} CXX_${variable})
    if(C_${variable} AND CXX_${variable})
      list(APPEND known ${option})
    endif()
  endforeach()
  set(${out} "${known}" PARENT_SCOPE)
endfunction()

option(WSALIVE_WERROR "Show warnings and treat them as errors" OFF)

add_library(wsalive_warnings INTERFACE)
if(WSALIVE_WERROR)
  target_compile_options(wsalive_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wcast-align -Wformat=2
    $<$<COMPILE_LANGUAGE:CXX>:-Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual>
    $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op -Wnull-dereference>
    -Werror)
  if(WSALIVE_UNITY)  # Neighbours in one piece are not to be heard of.
    wsalive_known_options(within_a_file -Wshadow=local)
    target_compile_options(wsalive_warnings INTERFACE -Wno-shadow ${within_a_file}
      $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-Wno-subobject-linkage>)
  endif()
endif()
