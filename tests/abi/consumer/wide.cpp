// A consumer whose entry is wmain, C++ and without extern "C".
#include <winsock2.h>

#include <cwchar>

int wmain(int argc, wchar_t* argv[]) {
  return argc == 2 && std::wcscmp(argv[1], L"gr\u00fc\u00df") == 0 ? 0 : 1;
}
