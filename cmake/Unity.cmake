# WSALIVE_UNITY: which files of a layer are compiled in one piece. unity_batches.py reads the sources and answers with a
# variable batch_<path> for each file that shares a batch; wsalive_layer makes it the file's UNITY_GROUP.
#
# Ninja asks again after each edit of a source, before it builds anything, and runs CMake again if the answer is another.
if(NOT WSALIVE_UNITY)
  return()
endif()
find_program(WSALIVE_PYTHON python3 REQUIRED)
file(GLOB layers RELATIVE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/src/* ${PROJECT_SOURCE_DIR}/lab)
set(batches ${PROJECT_BINARY_DIR}/unity_batches.cmake)
set(unity_command ${WSALIVE_PYTHON} ${PROJECT_SOURCE_DIR}/cmake/unity_batches.py ${batches} ${batches}.d ${layers})
execute_process(COMMAND ${unity_command} COMMAND_ERROR_IS_FATAL ANY)
include(${batches})

add_custom_command(OUTPUT ${batches} COMMAND ${unity_command} DEPENDS cmake/unity_batches.py DEPFILE ${batches}.d
                   COMMENT "unity batches" VERBATIM)
add_custom_target(wsalive_unity_batches DEPENDS ${batches})
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${batches})
