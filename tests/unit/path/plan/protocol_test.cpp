// The words of `wsalive path` and `wsalive serve`: each line is read as it was written, and nothing else is read.

#include "path/plan/protocol.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace wsalive::path {
namespace {

const std::string kId(kPathIdSize, 'a');
const std::string kProof(kPathProofSize, '7');

std::string_view without_end(const std::string& line) {
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_LE(line.size(), kLongestPathLine);
  return std::string_view{line}.substr(0, line.size() - 1);
}

TEST(PathProtocol, GreetingsAreReadAsTheyWereWritten) {
  for (const bool wants_key : {false, true}) {
    const std::string line = write_line(PathGreeting{kId, wants_key});
    const auto greeting = read_greeting(without_end(line));
    ASSERT_TRUE(greeting);
    EXPECT_EQ(greeting->nonce, kId);
    EXPECT_EQ(greeting->wants_key, wants_key);
  }
}

TEST(PathProtocol, RequestsAreReadAsTheyWereWritten) {
  for (const PathRequest& each :
       {PathRequest{PathVerb::hold, kId, "-"}, PathRequest{PathVerb::hold, kId, kProof},
        PathRequest{PathVerb::control, kId, kProof}, PathRequest{PathVerb::probe, kId},
        PathRequest{PathVerb::drop, kId}, PathRequest{PathVerb::ping}}) {
    const std::string line = write_line(each);
    const auto request = read_request(without_end(line));
    ASSERT_TRUE(request) << line;
    EXPECT_EQ(request->verb, each.verb);
    EXPECT_EQ(request->id, each.id);
    EXPECT_EQ(request->proof, each.proof);
  }
}

TEST(PathProtocol, RepliesAreReadAsTheyWereWritten) {
  for (int number = 0; number <= static_cast<int>(PathWord::no_meaning); ++number) {
    const PathReply reply{static_cast<PathWord>(number), kId, policy::Millis{350'123}};
    const std::string line = write_line(reply);
    const auto read = read_reply(without_end(line));
    ASSERT_TRUE(read) << line;
    EXPECT_EQ(read->word, reply.word);
    const bool timed = reply.word == PathWord::answered || reply.word == PathWord::silent ||
                       reply.word == PathWord::reset;
    EXPECT_EQ(read->idle, timed ? reply.idle : policy::Millis{}) << line;
  }
}

TEST(PathProtocol, WhatIsNoLineOfOursIsRefused) {
  const std::vector<std::string> requests{"",
                                          " ",
                                          "hold",
                                          "hold ",
                                          "hold " + kId,
                                          "hold " + kId + "  -",
                                          "hold -",
                                          "hold " + kId + " - -",
                                          "probe " + kProof,
                                          "probe " + kId + " ",
                                          "ping -",
                                          "PING",
                                          "GET / HTTP/1.1",
                                          "probe " + std::string(kPathIdSize, 'A'),
                                          "holds -"};
  for (const std::string& line : requests) EXPECT_FALSE(read_request(line)) << line;
  EXPECT_FALSE(read_request(std::string_view{"ping\0", 5}));
  const std::vector<std::string> replies{"answered " + kId,
                                         "answered " + kId + " -5",
                                         "answered " + kId + " 5x",
                                         "answered " + kId + " 99999999999999999999",
                                         "held",
                                         "ready x",
                                         "SSH-2.0-OpenSSH_9.2",
                                         ""};
  for (const std::string& line : replies) EXPECT_FALSE(read_reply(line)) << line;
  EXPECT_FALSE(read_greeting("wsalive-path 2 " + kId + " open"));
  EXPECT_FALSE(read_greeting("wsalive-path 1 " + kId + " shut"));
  EXPECT_FALSE(read_greeting("wsalive-path 1 " + kProof + " open"));
}

TEST(PathProtocol, AnyOctetsAreRefusedOrReadWithoutHarm) {
  std::mt19937 random{11};
  const std::string alphabet = "abcdef0123456789 -holdpresncitgk\n\0\xff";
  for (int round = 0; round < 20'000; ++round) {
    std::string line;
    const auto size = std::uniform_int_distribution<std::size_t>{0, 90}(random);
    for (std::size_t at = 0; at < size; ++at) {
      line += alphabet[std::uniform_int_distribution<std::size_t>{0, alphabet.size() - 1}(random)];
    }
    if (const auto request = read_request(line)) {
      EXPECT_EQ(write_line(*request), line + '\n');
    }
    (void)read_reply(line);
    (void)read_greeting(line);
  }
}

TEST(PathProtocol, AProofHoldsForOneNonceAndOneWish) {
  const PathGreeting greeting{kId, true};
  EXPECT_NE(text_to_prove(greeting, PathVerb::hold), text_to_prove(greeting, PathVerb::control));
  EXPECT_NE(text_to_prove(greeting, PathVerb::hold),
            text_to_prove({std::string(kPathIdSize, 'b'), true}, PathVerb::hold));
}

}  // namespace
}  // namespace wsalive::path
