# What `make install` puts where. The Windows headers have a folder of their own below include/, which
# only pkg-config, the CMake package and wsalive-cc name: a stray winsock2.h on the common include path
# would make other programs' configure scripts believe that they are on Windows.
include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/wsalive)
set(winsock_folder ${CMAKE_INSTALL_INCLUDEDIR}/wsalive-winsock)

install(DIRECTORY include/winsock/ DESTINATION ${winsock_folder} FILES_MATCHING PATTERN "*.h")
install(DIRECTORY src/lib/win32_std DESTINATION ${winsock_folder}/wsalive)
install(PROGRAMS ${PROJECT_BINARY_DIR}/install/wsalive-cc ${PROJECT_BINARY_DIR}/install/wsalive-c++
        DESTINATION ${CMAKE_INSTALL_BINDIR})

set_target_properties(wsalive_shared PROPERTIES EXPORT_NAME shared)
set_target_properties(wsalive_static PROPERTIES EXPORT_NAME static)
set_target_properties(wsalive_main PROPERTIES EXPORT_NAME main)
install(TARGETS wsalive_shared wsalive_static wsalive_main EXPORT wsaliveTargets)
install(EXPORT wsaliveTargets NAMESPACE wsalive:: DESTINATION ${package_folder})

configure_package_config_file(cmake/wsaliveConfig.cmake.in ${PROJECT_BINARY_DIR}/install/wsaliveConfig.cmake
  INSTALL_DESTINATION ${package_folder} PATH_VARS CMAKE_INSTALL_INCLUDEDIR)
configure_package_config_file(cmake/wsalive-toolchain.cmake.in
  ${PROJECT_BINARY_DIR}/install/wsalive-toolchain.cmake
  INSTALL_DESTINATION ${package_folder} PATH_VARS CMAKE_INSTALL_BINDIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/install/wsaliveConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/install/wsaliveConfig.cmake
  ${PROJECT_BINARY_DIR}/install/wsaliveConfigVersion.cmake
  ${PROJECT_BINARY_DIR}/install/wsalive-toolchain.cmake cmake/wsalive-windows.cmake
  DESTINATION ${package_folder})

# pkg-config finds the prefix from the file's own place, so that a copied tree works.
file(RELATIVE_PATH from_pc_to_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
set(faces wsalive-winsock)
# The C++ face is installed once it has a header.
file(GLOB face_headers CONFIGURE_DEPENDS include/wsalive/*.hpp)
if(face_headers)
  install(DIRECTORY include/wsalive DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
  list(APPEND faces wsalive)
endif()
foreach(face IN LISTS faces)
  configure_file(cmake/${face}.pc.in ${PROJECT_BINARY_DIR}/install/${face}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/install/${face}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()

# The command, its manual page and its completions.
install(TARGETS wsalive)
if(TARGET wsalive_preload)
  install(TARGETS wsalive_preload DESTINATION ${CMAKE_INSTALL_LIBDIR}/wsalive)
endif()
install(TARGETS wsalive-demo DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/wsalive)
install(PROGRAMS ${PROJECT_BINARY_DIR}/demo/keepalive_client_alone RENAME keepalive_client
        DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/wsalive)
install(FILES docs/man/wsalive.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${PROJECT_BINARY_DIR}/bin/wsalive.bash RENAME wsalive
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${PROJECT_BINARY_DIR}/bin/wsalive.zsh RENAME _wsalive
        DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
