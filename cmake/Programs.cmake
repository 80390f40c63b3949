# wsalive_program(<name> <source>): builds a Windows source as a user would, by the build tree's own
# wsalive-cc or wsalive-c++, into the current binary folder.
function(wsalive_program name source)
  set(program ${CMAKE_CURRENT_BINARY_DIR}/${name})
  set(front ${PROJECT_BINARY_DIR}/bin/wsalive-cc)
  if(source MATCHES "\\.cpp$")
    set(front ${PROJECT_BINARY_DIR}/bin/wsalive-c++)
  endif()
  set(flags -O2 -g1 -Wall -Wextra $<$<BOOL:${WSALIVE_WERROR}>:-Werror>)
  if(WSALIVE_SANITIZE)
    list(APPEND flags -fsanitize=${WSALIVE_SANITIZE} -fno-sanitize-recover=all)
  endif()
  get_filename_component(source ${source} ABSOLUTE)
  add_custom_command(
    OUTPUT ${program}
    COMMAND ${CMAKE_COMMAND} -E env WSALIVE_CC=${CMAKE_C_COMPILER} WSALIVE_CXX=${CMAKE_CXX_COMPILER}
            ${front} ${flags} -MD -MT ${program} -MF ${program}.d ${source} -o ${program}
    DEPENDS ${source} ${front} wsalive_shared wsalive_main
    DEPFILE ${program}.d COMMAND_EXPAND_LISTS VERBATIM COMMENT "wsalive-cc ${name}")
  get_filename_component(folder ${CMAKE_CURRENT_BINARY_DIR} NAME)
  add_custom_target(${folder}.${name} ALL DEPENDS ${program})
endfunction()
