# For which machines this builds. The compiler is asked, not CMAKE_SYSTEM_PROCESSOR, which is the host's when only the
# compiler's name was given. A machine that is not named here has never run a test, and the filter of `run --via seccomp`
# and the atomic words of Windows' handles would be wrong without a word.
include(CheckCXXSourceCompiles)
set(CMAKE_REQUIRED_QUIET ON)
check_cxx_source_compiles("
#if !defined(__linux__) || !defined(__LP64__) || !(defined(__x86_64__) || defined(__aarch64__))
#error
#endif
int main() {}" WSALIVE_KNOWN_MACHINE)
if(NOT WSALIVE_KNOWN_MACHINE)
  execute_process(COMMAND ${CMAKE_CXX_COMPILER} ${CMAKE_CXX_COMPILER_ARG1} -dumpmachine
                  OUTPUT_VARIABLE machine OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  message(FATAL_ERROR
    "wsalive builds for Linux on x86-64 and arm64, in 64 bits. ${CMAKE_CXX_COMPILER} ${CMAKE_CXX_FLAGS} builds for another "
    "machine (it calls itself ${machine}). Give a compiler for one of these two; for arm64: cmake --toolchain cmake/arm64.cmake")
endif()
