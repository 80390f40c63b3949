// conio.h over standard input and output.
#include <unistd.h>

#include <cstring>
#include <span>

#include "conio.h"
#include "kernel/blocked_scope.hpp"
#include "os/file/descriptor.hpp"

namespace wsalive::crt {
namespace {

enum class Echo : bool { off, on };

int next_key(Echo echo) {
  const kernel::BlockedScope blocked;
  return os::read_key(STDIN_FILENO, echo == Echo::on);
}

bool write(const char* text, std::size_t length) {
  return os::write_all(STDOUT_FILENO, std::as_bytes(std::span{text, length})).has_value();
}

}  // namespace
}  // namespace wsalive::crt

using namespace wsalive::crt;

int _kbhit() { return wsalive::os::is_readable_now(STDIN_FILENO) ? 1 : 0; }

int _getch() { return next_key(Echo::off); }

int _getche() { return next_key(Echo::on); }

int _putch(int character) {
  const char one = static_cast<char>(character);
  return write(&one, 1) ? character : -1;
}

int _cputs(const char* text) { return write(text, std::strlen(text)) ? 0 : -1; }
