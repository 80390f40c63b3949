# Parts that are built only where their packages are: each is asked for once, and the summary at the
# end of the configure run says what is left out and which package brings it.
set_property(GLOBAL PROPERTY WSALIVE_LEFT_OUT "")

# wsalive_optional(<variable> <condition-variable> <what> <packages>): sets <variable> to ON or OFF.
function(wsalive_optional variable condition what packages)
  if(${condition})
    set(${variable} ON PARENT_SCOPE)
    return()
  endif()
  set(${variable} OFF PARENT_SCOPE)
  set_property(GLOBAL APPEND PROPERTY WSALIVE_LEFT_OUT "${what} (packages: ${packages})")
endfunction()

function(wsalive_optional_summary)
  get_property(left_out GLOBAL PROPERTY WSALIVE_LEFT_OUT)
  foreach(part IN LISTS left_out)
    message(STATUS "wsalive: left out: ${part}")
  endforeach()
  if(NOT left_out)
    message(STATUS "wsalive: all optional parts are built")
  endif()
endfunction()

find_package(PkgConfig REQUIRED)
pkg_check_modules(WSALIVE_HIVEX IMPORTED_TARGET hivex)
wsalive_optional(WSALIVE_HAVE_HIVEX WSALIVE_HIVEX_FOUND "import of Windows SYSTEM hives" "libhivex-dev")
