#include "winsock/names/name_entries.hpp"

#include <utility>

#include "winsock/names/addresses.hpp"

namespace wsalive::winsock {

void NameList::assign(std::vector<std::string> names) {
  names_ = std::move(names);
  pointers_.clear();
  for (std::string& name : names_) pointers_.push_back(name.data());
  pointers_.push_back(nullptr);
}

hostent* HostEntry::fill(os::Host host) {
  host_ = std::move(host);
  const os::Family family = host_.addresses.front().family;
  addresses_.clear();
  for (os::Endpoint& endpoint : host_.addresses) {
    if (endpoint.family == family) {
      addresses_.push_back(reinterpret_cast<char*>(endpoint.address.data()));
    }
  }
  addresses_.push_back(nullptr);
  aliases_.assign(std::move(host_.aliases));
  entry_.h_name = host_.name.data();
  entry_.h_aliases = aliases_.pointers();
  entry_.h_addrtype = static_cast<short>(windows_family(family));
  entry_.h_length = static_cast<short>(os::address_size(family));
  entry_.h_addr_list = addresses_.data();
  return &entry_;
}

servent* ServiceEntry::fill(os::Service service) {
  service_ = std::move(service);
  aliases_.assign(std::move(service_.aliases));
  entry_.s_name = service_.name.data();
  entry_.s_aliases = aliases_.pointers();
  entry_.s_proto = service_.protocol.data();
  entry_.s_port = static_cast<short>(htons(service_.port));
  return &entry_;
}

protoent* ProtocolEntry::fill(os::Protocol protocol) {
  protocol_ = std::move(protocol);
  aliases_.assign(std::move(protocol_.aliases));
  entry_.p_name = protocol_.name.data();
  entry_.p_aliases = aliases_.pointers();
  entry_.p_proto = static_cast<short>(protocol_.number);
  return &entry_;
}

}  // namespace wsalive::winsock
