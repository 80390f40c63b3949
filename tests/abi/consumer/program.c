// A consumer of the installed package, C and C++ alike: includes as Windows sources spell them, asks for
// keep-alive on what is no socket, and prints the answer.
#include <WinSock2.h>
#include <Windows.h>
#include <Ws2tcpip.h>
#include <mstcpip.h>
#include <stdio.h>
#ifdef __cplusplus
#include <filesystem>
#include <fstream>
#include <thread>
#endif

#pragma comment(lib, "Ws2_32.lib")

int __cdecl main(void) {
  const DWORD on = TRUE;
  WSADATA data;
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return 1;
  if (setsockopt(INVALID_SOCKET, SOL_SOCKET, SO_KEEPALIVE, (const char*)&on, sizeof on) == 0)
    return 1;
  printf("setsockopt: error %d", WSAGetLastError());
#ifdef __cplusplus
  std::ofstream{std::filesystem::path("/dev/null")} << "a narrow path";
  printf(", C++");
#endif
#ifdef _WIN32
  printf(", as on Windows");
#endif
  printf("\n");
  return WSACleanup();
}
