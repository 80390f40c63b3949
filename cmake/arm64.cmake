# Builds for arm64 on another machine, with Debian's cross compiler and its arm64 libraries beside the host's:
#
#   cmake -S . -B build/arm64 -G Ninja --toolchain cmake/arm64.cmake
#
# Needs g++-aarch64-linux-gnu and the -dev packages of tools/setup as :arm64. Where qemu-user is, the target's programs
# can be run: the command writes its completions, and ctest tries what an emulator can.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(ENV{PKG_CONFIG_LIBDIR} /usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
find_program(WSALIVE_QEMU_ARM64 NAMES qemu-aarch64 qemu-aarch64-static)
if(WSALIVE_QEMU_ARM64)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${WSALIVE_QEMU_ARM64})
endif()
