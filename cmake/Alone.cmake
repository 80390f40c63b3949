# wsalive_alone: the command as one static program, for hosts that have no package of ours; tools/package packs it.
#
# It is linked of the objects that `wsalive` is made of, and differs in two places: the formatting library comes as its
# headers, since its package has no archive, and the import of Windows hives is left out, because iconv loads
# its tables as shared objects of the very C library that a program was made with.
set(alone_archives "")
set(alone_missing "")
set(alone_wanted ncursesw tinfo nettle)
if(WSALIVE_HAVE_BPF)
  list(APPEND alone_wanted bpf elf z)
endif()
foreach(name IN LISTS alone_wanted)
  find_library(WSALIVE_ARCHIVE_${name} lib${name}.a)
  mark_as_advanced(WSALIVE_ARCHIVE_${name})
  if(WSALIVE_ARCHIVE_${name})
    list(APPEND alone_archives ${WSALIVE_ARCHIVE_${name}})
  else()
    list(APPEND alone_missing lib${name}.a)
  endif()
endforeach()
find_library(WSALIVE_ARCHIVE_zstd libzstd.a)  # What newer versions of libelf need.
mark_as_advanced(WSALIVE_ARCHIVE_zstd)
if(WSALIVE_ARCHIVE_zstd)
  list(APPEND alone_archives ${WSALIVE_ARCHIVE_zstd})
endif()

if(alone_missing OR WSALIVE_SANITIZE)
  list(JOIN alone_missing " " alone_missing)
  add_custom_target(wsalive_alone
    COMMAND ${CMAKE_COMMAND} -E echo "the command alone cannot be linked here: no ${alone_missing}"
    COMMAND ${CMAKE_COMMAND} -E false VERBATIM)
  return()
endif()

set(layers "")
foreach(layer cli attach advice path engine registry drawing os policy base)
  get_target_property(type wsalive_${layer} TYPE)
  if(type STREQUAL STATIC_LIBRARY)
    list(APPEND layers wsalive_${layer})
  endif()
endforeach()
set(layer_archives ${layers})
list(TRANSFORM layer_archives REPLACE "(.+)" "$<TARGET_FILE:\\1>")

add_executable(wsalive_alone EXCLUDE_FROM_ALL $<TARGET_OBJECTS:wsalive> src/registry/hive.cpp cmake/alone_formatting.cpp)
target_include_directories(wsalive_alone PRIVATE $<TARGET_PROPERTY:wsalive_registry,INTERFACE_INCLUDE_DIRECTORIES>)
set_source_files_properties(cmake/alone_formatting.cpp PROPERTIES
  COMPILE_OPTIONS "-fkeep-inline-functions;-ffunction-sections;-w")
add_dependencies(wsalive_alone ${layers})
target_link_libraries(wsalive_alone PRIVATE wsalive_settings fmt::fmt-header-only
  -Wl,--start-group ${layer_archives} ${alone_archives} -Wl,--end-group)
target_link_options(wsalive_alone PRIVATE -static-pie -Wl,--gc-sections
  $<$<CXX_COMPILER_ID:GNU>:-fuse-ld=bfd>)  # gold cannot.
set_target_properties(wsalive_alone PROPERTIES LINK_DEPENDS "${layer_archives}"
  RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/alone)
