// The rows of each level, sorted by number.
#pragma once

#include "winsock/options/option_row.hpp"

namespace wsalive::winsock::tables {

extern const OptionRows kSocketLevel;
extern const OptionRows kTcpLevel;
extern const OptionRows kUdpLevel;
extern const OptionRows kIpLevel;
extern const OptionRows kIpv6Level;

}  // namespace wsalive::winsock::tables
