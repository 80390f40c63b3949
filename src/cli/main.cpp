#include "cli/program.hpp"

int main(int argc, char** argv) { return wsalive::cli::run_program(argc, argv); }
