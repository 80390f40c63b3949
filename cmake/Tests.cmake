# wsalive_tests(): every *_test.cpp, *_test.c, *_test.sh and *_test.py below the current folder is one CTest
# test, named after its path (tests/unit/policy/timeline_test.cpp is unit.policy.timeline). Its
# labels stand in the file, in a line `labels: net realtime` within the first 20; without one it is
# "fast". tools/run-tests runs the realtime ones apart from the others. A line `shards: 4` makes so many tests of a C++
# file whose cases mostly wait, each with a part of them: <name>.1 and so on.
#
# Every skip is written down for tools/check-skips: by tests/support/main.cpp for C++ tests, by tests/cli/tool.py
# for the command's, and by a script, which then ends with status 77, with tests/support/skip.

# gcc forgets with precompiled headers that their own false alarms are a system header's.
wsalive_known_options(WSALIVE_FALSE_ALARMS -Wno-array-bounds -Wno-stringop-overflow -Wno-null-dereference)

function(wsalive_tests)
  file(GLOB_RECURSE files RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} CONFIGURE_DEPENDS
       *_test.cpp *_test.c *_test.sh *_test.py)
  foreach(file IN LISTS files)
    wsalive_test(${file})
  endforeach()
endfunction()

function(wsalive_test file)
  string(REGEX REPLACE "_test\\.(cpp|c|sh|py)$" "" name ${file})
  string(REPLACE "/" "." name ${name})
  wsalive_test_labels(${file} labels)

  if(file MATCHES "\\.(sh|py)$")
    add_test(NAME ${name} COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/${file})
    set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77)
  elseif(file MATCHES "\\.c$")
    add_executable(${name} ${file})
    target_link_libraries(${name} PRIVATE wsalive_test_support wsalive_warnings)
    add_test(NAME ${name} COMMAND ${name})
  else()
    add_executable(${name} ${file})
    target_link_libraries(${name} PRIVATE wsalive_test_support wsalive_test_main wsalive_warnings)
    if(NOT file MATCHES "^abi/")  # Their own order of headers is what those prove.
      target_precompile_headers(${name} REUSE_FROM wsalive_test_headers)
      set_source_files_properties(${file} PROPERTIES COMPILE_OPTIONS "${WSALIVE_FALSE_ALARMS}")
    endif()
    wsalive_head_line(${file} shards shards)
    if(shards)
      wsalive_shards(${name} ${shards} "${labels}")
      return()
    endif()
    add_test(NAME ${name} COMMAND ${name})
  endif()
  wsalive_test_settings(${name} ${name} "${labels}")
endfunction()

function(wsalive_shards name shards labels)
  foreach(number RANGE 1 ${shards})
    add_test(NAME ${name}.${number} COMMAND ${name})
    math(EXPR index "${number} - 1")
    wsalive_test_settings(${name}.${number} ${name} "${labels}" GTEST_TOTAL_SHARDS=${shards} GTEST_SHARD_INDEX=${index})
  endforeach()
endfunction()

# \param program  The name that its skips are recorded with.
function(wsalive_test_settings name program labels)
  set(sanitizer "TSAN_OPTIONS=die_after_fork=0")  # A child that forked beside other threads goes on with new ones.
  set(seconds 300)
  if("slow" IN_LIST labels)
    set(seconds 900)
    set_tests_properties(${name} PROPERTIES COST 60)  # The long ones begin first, or the end is theirs alone.
  elseif("realtime" IN_LIST labels)
    set_tests_properties(${name} PROPERTIES COST 20)
  endif()
  if(WSALIVE_SANITIZE)
    math(EXPR seconds "${seconds} * 3")
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${labels}" TIMEOUT ${seconds} ENVIRONMENT
    "${sanitizer};${ARGN};WSALIVE_TEST_NAME=${program};WSALIVE_TEST_SECONDS=${seconds};\
WSALIVE_BUILD=${PROJECT_BINARY_DIR};WSALIVE_SOURCE=${PROJECT_SOURCE_DIR}")
endfunction()

function(wsalive_test_labels file out)
  wsalive_head_line(${file} labels labels)
  if(NOT labels)
    set(labels fast)
  endif()
  string(REPLACE " " ";" labels "${labels}")
  set(${out} "${labels}" PARENT_SCOPE)
endfunction()

# What stands behind `<word>: ` in a line of the file's first; empty if there is no such line.
function(wsalive_head_line file word out)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(STRINGS ${file} head LIMIT_INPUT 2000 REGEX "${word}: ")
  set(line "")
  if(head)
    list(GET head 0 line)
    string(REGEX REPLACE ".*${word}: *" "" line "${line}")
    string(REGEX REPLACE "[^a-z0-9 ].*" "" line "${line}")
    string(STRIP "${line}" line)
  endif()
  set(${out} "${line}" PARENT_SCOPE)
endfunction()
