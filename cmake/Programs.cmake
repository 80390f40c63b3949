# Windows sources, built as a user would by the build tree's own wsalive-cc or wsalive-c++, into the
# current binary folder:
#
#   wsalive_program(<name> <source> [<object or archive>...])   a program, by full paths of the rest; also flags
#   wsalive_object(<name> <source>)                             <name>.o, for such programs

# Sets `program_flags` and, for one source, `program_front`.
macro(wsalive_program_settings source)
  set(program_front ${PROJECT_BINARY_DIR}/bin/wsalive-cc)
  if("${source}" MATCHES "\\.cpp$")
    set(program_front ${PROJECT_BINARY_DIR}/bin/wsalive-c++)
  endif()
  set(program_flags -O2 -g1 -Wall -Wextra $<$<BOOL:${WSALIVE_WERROR}>:-Werror>)
  if(WSALIVE_SANITIZE)
    list(APPEND program_flags -fsanitize=${WSALIVE_SANITIZE} -fno-sanitize-recover=all)
  endif()
endmacro()

function(wsalive_compiled output source)
  get_filename_component(name ${output} NAME)
  wsalive_program_settings(${source})
  set(parts ${ARGN})
  if("-static-libwsalive" IN_LIST parts OR PROJECT_BINARY_DIR MATCHES ":")  # See the end of wsalive-cc.in.
    list(APPEND parts wsalive_static)
  endif()
  list(FILTER parts EXCLUDE REGEX "^-")
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -E env WSALIVE_CC=${CMAKE_C_COMPILER} WSALIVE_CXX=${CMAKE_CXX_COMPILER}
            ${program_front} ${program_flags} -MD -MQ ${output} -MF ${output}.d ${source} ${ARGN} -o ${output}
    DEPENDS ${source} ${parts} ${program_front} wsalive_shared wsalive_main
    DEPFILE ${output}.d COMMAND_EXPAND_LISTS VERBATIM COMMENT "wsalive-cc ${name}")
endfunction()

function(wsalive_program name source)
  set(program ${CMAKE_CURRENT_BINARY_DIR}/${name})
  get_filename_component(source ${source} ABSOLUTE)
  wsalive_compiled(${program} ${source} ${ARGN})
  get_filename_component(folder ${CMAKE_CURRENT_BINARY_DIR} NAME)
  add_custom_target(${folder}.${name} ALL DEPENDS ${program})
endfunction()

function(wsalive_object name source)
  get_filename_component(source ${source} ABSOLUTE)
  wsalive_compiled(${CMAKE_CURRENT_BINARY_DIR}/${name}.o ${source} -c)
endfunction()
