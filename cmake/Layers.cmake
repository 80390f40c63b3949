# wsalive_layer(<name> [DEPENDS layers...] [LIBS libraries...] [OWN libraries...])
#
# OWN are libraries that the layer's headers do not show: whoever uses the layer is not compiled with them.
#
# Makes the target wsalive_<name> of all sources in the current folder and below. Its include path
# holds itself and its DEPENDS only, so that `#include "engine/..."` from a lower layer does not
# compile: the path leads to a folder of the build tree in which a link to the layer stands alone.
function(wsalive_layer name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LIBS;OWN;EXCLUDE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp
       ${CMAKE_CURRENT_SOURCE_DIR}/*.c)
  list(FILTER sources EXCLUDE REGEX "\\.bpf\\.c$")
  foreach(pattern IN LISTS ARG_EXCLUDE)
    list(FILTER sources EXCLUDE REGEX "${pattern}")
  endforeach()

  set(root ${PROJECT_BINARY_DIR}/layers/${name})
  file(MAKE_DIRECTORY ${root})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${root}/${name} SYMBOLIC)

  set(target wsalive_${name})
  set(scope PUBLIC)
  if(sources)
    add_library(${target} STATIC ${sources})
    target_link_libraries(${target} PRIVATE wsalive_warnings ${ARG_OWN})
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  if(WSALIVE_UNITY AND sources)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
    foreach(source IN LISTS sources)
      file(RELATIVE_PATH path ${PROJECT_SOURCE_DIR} ${source})
      if(DEFINED batch_${path})
        set_source_files_properties(${source} PROPERTIES UNITY_GROUP "${batch_${path}}")
      endif()
    endforeach()
  endif()
  if(WSALIVE_WHOLE_LIBRARY AND sources)
    target_compile_options(${target} PRIVATE -flto=auto -ffat-lto-objects)
  endif()
  target_include_directories(${target} ${scope} ${root})
  target_link_libraries(${target} ${scope} wsalive_settings ${ARG_LIBS})
  foreach(layer IN LISTS ARG_DEPENDS)
    target_link_libraries(${target} ${scope} wsalive_${layer})
  endforeach()
  set_target_properties(${target} PROPERTIES WSALIVE_LIBS "${ARG_LIBS}")
  set_property(GLOBAL APPEND PROPERTY WSALIVE_LAYERS ${target})
endfunction()
