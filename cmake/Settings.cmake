# wsalive_settings: what every target of ours is compiled with. C++20, hidden names, one build type
# "Dev" that compiles fast and still optimises, and the sanitizers of the asan and tsan presets.
option(WSALIVE_COVERAGE "Measure line coverage with gcov" OFF)
set(WSALIVE_SANITIZE "" CACHE STRING "Sanitizers, for -fsanitize=")

if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_C_FLAGS_DEV "-O1 -g1")
set(CMAKE_CXX_FLAGS_DEV "-O1 -g1")

# From nothing a fifth of the time, so it is what `make test` builds. Not for what is delivered, nor where each file has
# to be compiled by itself: clang-tidy and tools/mutate have the preset `apart`.
set(dev_build OFF)
if(CMAKE_BUILD_TYPE STREQUAL Dev)
  set(dev_build ON)
endif()
option(WSALIVE_UNITY "Compile each layer in a few pieces of many files" ${dev_build})

if(NOT CMAKE_CXX_STANDARD OR CMAKE_CXX_STANDARD LESS 20 OR CMAKE_CXX_STANDARD EQUAL 98)
  set(CMAKE_CXX_STANDARD 20)  # A newer one that was asked for is kept.
endif()
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)  # A colon in the checkout's path would end the entry.
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)

if(PROJECT_IS_TOP_LEVEL)
  find_program(WSALIVE_CCACHE ccache)
endif()
if(WSALIVE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # What one checkout has compiled serves those in other folders.
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1)
  # Without this it leaves alone what uses precompiled headers.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_C_COMPILER_LAUNCHER}
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${WSALIVE_CCACHE})
  list(APPEND CMAKE_C_COMPILER_LAUNCHER ${WSALIVE_CCACHE})
endif()

# Many small test programs: binutils' faster linker, where it is.
if(CMAKE_BUILD_TYPE STREQUAL Dev AND NOT WSALIVE_SANITIZE)
  find_program(WSALIVE_GOLD ld.gold)
endif()
if(WSALIVE_GOLD)
  add_link_options($<$<CXX_COMPILER_ID:GNU>:-fuse-ld=gold>)
endif()

# The library is optimised as a whole where speed counts: its layers are small files of small functions, and
# a call costs more behind a system call than anywhere else.
set(WSALIVE_WHOLE_LIBRARY OFF)
if(CMAKE_BUILD_TYPE STREQUAL Release AND CMAKE_CXX_COMPILER_ID STREQUAL GNU AND NOT WSALIVE_SANITIZE)
  set(WSALIVE_WHOLE_LIBRARY ON)
  add_link_options(-fno-lto)  # All else is linked from the objects' plain halves.
endif()

find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(tl-expected REQUIRED)

add_library(wsalive_settings INTERFACE)
target_compile_definitions(wsalive_settings INTERFACE _GNU_SOURCE $<$<CONFIG:Dev>:WSALIVE_DEBUG=1>)
target_link_libraries(wsalive_settings INTERFACE Threads::Threads tl::expected)
if(WSALIVE_SANITIZE)
  target_compile_options(wsalive_settings INTERFACE -fsanitize=${WSALIVE_SANITIZE}
                         -fno-sanitize-recover=all -fno-omit-frame-pointer)
  # Their instrumentation makes gcc see uninitialised values and null pointers where there are none.
  target_compile_options(wsalive_settings INTERFACE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized> $<$<CXX_COMPILER_ID:GNU>:-Wno-error=null-dereference>)
  target_link_options(wsalive_settings INTERFACE -fsanitize=${WSALIVE_SANITIZE})
endif()
if(WSALIVE_COVERAGE)
  target_compile_options(wsalive_settings INTERFACE --coverage)
  target_link_options(wsalive_settings INTERFACE --coverage)
endif()
