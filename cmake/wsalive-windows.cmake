# Read at the end of each project(): from here on the project believes that it builds for Windows. CMake
# itself has chosen its rules for Linux by then.
set(WIN32 1)
set(UNIX 0)
set(LINUX 0)
