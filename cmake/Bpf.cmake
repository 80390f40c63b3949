# wsalive_bpf(<target> <source.bpf.c>): compiles a bpf program with clang and makes its skeleton
# <source>.skel.h, visible to the target. Only where WSALIVE_HAVE_BPF is ON.
find_program(WSALIVE_CLANG clang)
find_program(WSALIVE_BPFTOOL bpftool PATHS /usr/sbin /sbin)
pkg_check_modules(WSALIVE_LIBBPF IMPORTED_TARGET libbpf)
if(WSALIVE_CLANG AND WSALIVE_BPFTOOL AND WSALIVE_LIBBPF_FOUND)
  set(bpf_tools TRUE)
endif()
wsalive_optional(WSALIVE_HAVE_BPF bpf_tools "reaching programs by bpf (run --via bpf, attach)"
                 "clang, bpftool, libbpf-dev")

add_custom_target(made_headers)  # What clang-tidy has to find before anything is compiled.

function(wsalive_bpf target source)
  get_filename_component(name ${source} NAME)
  string(REPLACE ".bpf.c" "" name ${name})
  set(out ${CMAKE_CURRENT_BINARY_DIR}/bpf)
  file(MAKE_DIRECTORY ${out})
  add_custom_command(
    OUTPUT ${out}/${name}.skel.h
    COMMAND ${WSALIVE_CLANG} -target bpf -O2 -g -Wall -Werror -I/usr/include/${CMAKE_LIBRARY_ARCHITECTURE}
            -ffile-prefix-map=${PROJECT_SOURCE_DIR}/= -fdebug-compilation-dir=.  # No folder of this machine in the product.
            -c ${CMAKE_CURRENT_SOURCE_DIR}/${source} -o ${out}/${name}.bpf.o
    COMMAND ${WSALIVE_BPFTOOL} gen skeleton ${out}/${name}.bpf.o name ${name} > ${out}/${name}.skel.h
    DEPENDS ${source} ${CMAKE_CURRENT_SOURCE_DIR}/bpf/sockops_shared.h
    COMMENT "bpf: ${name}" VERBATIM)
  add_custom_target(${target}_${name}_skeleton DEPENDS ${out}/${name}.skel.h)
  add_dependencies(${target} ${target}_${name}_skeleton)
  add_dependencies(made_headers ${target}_${name}_skeleton)
  target_include_directories(${target} SYSTEM PRIVATE ${out})
  target_link_libraries(${target} PRIVATE PkgConfig::WSALIVE_LIBBPF)
endfunction()
