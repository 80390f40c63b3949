// The structures that the old look-ups return: hostent, servent and protoent, each with the memory
// that it points into. A thread has one of each kind and overwrites it in its next call, as on Windows.
#pragma once

#include <winsock2.h>

#include <string>
#include <vector>

#include "os/names/net_databases.hpp"
#include "os/names/resolver.hpp"

namespace wsalive::winsock {

/// A list of names as C has it: pointers, the last one null.
class NameList {
 public:
  void assign(std::vector<std::string> names);
  [[nodiscard]] char** pointers() noexcept { return pointers_.data(); }

 private:
  std::vector<std::string> names_;
  std::vector<char*> pointers_;
};

class HostEntry {
 public:
  /// Takes the addresses of the family of the first one.
  [[nodiscard]] hostent* fill(os::Host host);

 private:
  hostent entry_{};
  os::Host host_;
  NameList aliases_;
  std::vector<char*> addresses_;
};

class ServiceEntry {
 public:
  [[nodiscard]] servent* fill(os::Service service);

 private:
  servent entry_{};
  os::Service service_;
  NameList aliases_;
};

class ProtocolEntry {
 public:
  [[nodiscard]] protoent* fill(os::Protocol protocol);

 private:
  protoent entry_{};
  os::Protocol protocol_;
  NameList aliases_;
};

}  // namespace wsalive::winsock
