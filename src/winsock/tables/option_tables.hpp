// The rows of each level, sorted by number.
#pragma once

#include "winsock/option_row.hpp"

namespace wsalive::winsock::tables {

extern const OptionRows kSocketLevel;
extern const OptionRows kTcpLevel;

}  // namespace wsalive::winsock::tables
