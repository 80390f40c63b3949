// main() for programs whose entry is wmain. It is the one member of an archive of its own, and so is
// linked only where the program has no main.
//
// C++ programs write wmain without extern "C", so its mangled names are tried too, each a weak reference.
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

typedef int entry(int, wchar_t**, wchar_t**);

#define WEAK(name, symbol) entry name __asm__(symbol) __attribute__((weak))
WEAK(wmain_c, "wmain");
WEAK(wmain_two, "_Z5wmainiPPw");
WEAK(wmain_three, "_Z5wmainiPPwS0_");
WEAK(wmain_const, "_Z5wmainiPPKw");
WEAK(wmain_none, "_Z5wmainv");

wchar_t** wsalive_wide_strings(char** strings, size_t count);

int main(int argc, char** argv, char** environment) {
  entry* const entries[] = {wmain_c, wmain_two, wmain_three, wmain_const, wmain_none};
  size_t variables = 0;
  while (environment[variables]) ++variables;

  // Kept for as long as the process lives, as argv is. Volatile, so that it is: nothing else reads them.
  static wchar_t** volatile arguments;
  static wchar_t** volatile wide_environment;
  arguments = wsalive_wide_strings(argv, (size_t)argc);
  wide_environment = wsalive_wide_strings(environment, variables);
  if (!arguments || !wide_environment) {
    fputs("wsalive: no memory for the arguments of wmain\n", stderr);
    return EXIT_FAILURE;
  }
  for (size_t i = 0; i < sizeof entries / sizeof *entries; ++i) {
    if (entries[i]) return entries[i](argc, arguments, wide_environment);
  }
  fputs("wsalive: this program has neither main nor wmain\n", stderr);
  return EXIT_FAILURE;
}
