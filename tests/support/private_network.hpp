// Test fixtures on made-up hosts: the test program moves into namespaces of its own, without root,
// before any thread exists. Where the host denies that, every test of the fixture is a skip that
// names the step and the reason.
//
//     class Something : public PrivateNetwork {};          // loopback of its own
//     class Other : public TwoHosts {};                    // client - server
//     class Third : public ThroughFirewall {};             // client - firewall - server
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "lab/network.hpp"

namespace wsalive::test {

/// Moves into private namespaces at the first call. Call it before the first thread starts.
/// \return Empty, or why that is denied here. Every call answers the same.
const std::string& enter_private_network();

/// The process stands in a network namespace of its own, loopback up, /proc/sys/net its own.
class PrivateNetwork : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string& denied = enter_private_network(); !denied.empty()) {
      GTEST_SKIP() << "namespaces are denied here: " << denied;
    }
  }
};

/// A network of made-up hosts, new for each test.
class MadeUpNetwork : public PrivateNetwork {
 protected:
  explicit MadeUpNetwork(lab::Shape shape) : shape_(shape) {}

  void SetUp() override {
    PrivateNetwork::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    lab::Setup<lab::Network> made = lab::Network::make(shape_);
    ASSERT_TRUE(made) << made.error();
    network_ = std::make_unique<lab::Network>(std::move(*made));
  }

  lab::Network& network() { return *network_; }

 private:
  lab::Shape shape_;
  std::unique_ptr<lab::Network> network_;
};

class TwoHosts : public MadeUpNetwork {
 protected:
  TwoHosts() : MadeUpNetwork(lab::Shape::direct) {}
};

class ThroughFirewall : public MadeUpNetwork {
 protected:
  ThroughFirewall() : MadeUpNetwork(lab::Shape::through_firewall) {}
};

}  // namespace wsalive::test
