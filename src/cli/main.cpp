#include "cli/frame/program.hpp"

int main(int argc, char** argv) { return wsalive::cli::run_program(argc, argv); }

#ifdef __SANITIZE_ADDRESS__
// The terminal library keeps a part of a terminal that it did not know.
extern "C" [[gnu::visibility("default")]] const char*
__lsan_default_suppressions();  // NOLINT(bugprone-reserved-identifier)
extern "C" const char* __lsan_default_suppressions() { return "leak:new_prescr\n"; }
#endif
