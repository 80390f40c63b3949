# What `make install` puts where. The Windows headers have a folder of their own below include/, which
# only pkg-config, the CMake package and wsalive-cc name: a stray winsock2.h on the common include path
# would make other programs' configure scripts believe that they are on Windows.
#
# Components, for who packs them apart (cmake --install BUILD --component NAME):
#
#   library      libwsalive.so with its version, which programs need to run
#   development  headers, archives, the CMake package, pkg-config's files, wsalive-cc and wsalive-c++
#   command      wsalive, what it starts, its manual page and completions
#   documents    the licence and the documents, laid out as in the source tree, so that links hold
include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/wsalive)
set(winsock_folder ${CMAKE_INSTALL_INCLUDEDIR}/wsalive-winsock)
set(documents_folder ${CMAKE_INSTALL_DATADIR}/doc/wsalive)
set(manual_folder ${CMAKE_INSTALL_MANDIR}/man1)

set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME development)
install(DIRECTORY include/winsock/ DESTINATION ${winsock_folder} FILES_MATCHING PATTERN "*.h")
install(DIRECTORY src/lib/win32_std DESTINATION ${winsock_folder}/wsalive)
install(PROGRAMS ${PROJECT_BINARY_DIR}/install/wsalive-cc ${PROJECT_BINARY_DIR}/install/wsalive-c++
        DESTINATION ${CMAKE_INSTALL_BINDIR})

install(TARGETS wsalive_shared wsalive_static wsalive_main wsalive_face_winsock wsalive_face_winsock_static
                wsalive_face_keepalive wsalive_face_keepalive_static EXPORT wsaliveTargets
        LIBRARY COMPONENT library NAMELINK_COMPONENT development)
install(EXPORT wsaliveTargets NAMESPACE wsalive:: DESTINATION ${package_folder})

configure_package_config_file(cmake/wsaliveConfig.cmake.in ${PROJECT_BINARY_DIR}/install/wsaliveConfig.cmake
  INSTALL_DESTINATION ${package_folder})
configure_package_config_file(cmake/wsalive-toolchain.cmake.in
  ${PROJECT_BINARY_DIR}/install/wsalive-toolchain.cmake
  INSTALL_DESTINATION ${package_folder} PATH_VARS CMAKE_INSTALL_BINDIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/install/wsaliveConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/install/wsaliveConfig.cmake
  ${PROJECT_BINARY_DIR}/install/wsaliveConfigVersion.cmake
  ${PROJECT_BINARY_DIR}/install/wsalive-toolchain.cmake cmake/wsalive-windows.cmake
  DESTINATION ${package_folder})

# pkg-config finds the folders from the file's own place, so that a copied tree works.
file(RELATIVE_PATH from_pc_to_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
file(RELATIVE_PATH from_pc_to_include ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_FULL_INCLUDEDIR})
install(DIRECTORY include/wsalive DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
foreach(face wsalive-winsock wsalive)
  configure_file(cmake/${face}.pc.in ${PROJECT_BINARY_DIR}/install/${face}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/install/${face}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()
file(CREATE_LINK wsalive-cc.1 ${PROJECT_BINARY_DIR}/install/wsalive-c++.1 SYMBOLIC)
install(FILES docs/man/wsalive-cc.1 ${PROJECT_BINARY_DIR}/install/wsalive-c++.1 DESTINATION ${manual_folder})

set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME command)
if(WSALIVE_COMMAND)
  install(TARGETS wsalive)
  if(TARGET wsalive_preload)
    install(TARGETS wsalive_preload DESTINATION ${CMAKE_INSTALL_LIBDIR}/wsalive)
  endif()
  install(TARGETS wsalive-demo DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/wsalive)
  install(PROGRAMS ${PROJECT_BINARY_DIR}/demo/keepalive_client_alone RENAME keepalive_client
          DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/wsalive)
  install(FILES docs/man/wsalive.1 DESTINATION ${manual_folder})
  install(FILES ${PROJECT_BINARY_DIR}/bin/wsalive.bash RENAME wsalive
          DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES ${PROJECT_BINARY_DIR}/bin/wsalive.zsh RENAME _wsalive
          DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
endif()

set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME documents)
install(FILES LICENSE README.md CHANGELOG.md SECURITY.md ARCHITECTURE.md CONTRIBUTING.md
        DESTINATION ${documents_folder})
install(FILES bench/README.md bench/report.svg bench/lateness.svg bench/explained.toml DESTINATION ${documents_folder}/bench)
install(DIRECTORY docs/ DESTINATION ${documents_folder}/docs FILES_MATCHING PATTERN "*.md" PATTERN "*.svg"
        PATTERN man EXCLUDE)
install(DIRECTORY examples/ DESTINATION ${documents_folder}/examples FILES_MATCHING PATTERN "*.md" PATTERN "*.c"
        PATTERN "*.cpp")
