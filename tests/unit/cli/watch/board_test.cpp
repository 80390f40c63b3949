// What `wsalive watch` shows, without a terminal: order, filter, marks, and frames of any size.

#include "cli/watch/board.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wsalive::cli::watch {
namespace {

using policy::Millis;

Connection connection(int pid, int fd, std::uint8_t last_of_address, Millis heard) {
  Connection made;
  made.socket.state = os::TcpState::established;
  made.socket.remote.family = os::Family::ipv4;
  made.socket.remote.address = {10, 0, 0, last_of_address};
  made.socket.remote.port = 5432;
  made.socket.heard = heard;
  made.owner = attach::Owner{pid, fd, "psql"};
  made.keep_alive = attach::KeepAliveOf{};
  return made;
}

Connection probing(int pid, int fd, Millis heard) {
  Connection made = connection(pid, fd, 1, heard);
  made.keep_alive->driver = policy::DriverKind::native;
  made.keep_alive->timing = {policy::DwordMillis{45'000}, policy::DwordMillis{5'000}, 5};
  return made;
}

Board board_of(std::vector<Connection> list, std::optional<Millis> path = std::nullopt) {
  Board board{path};
  Connections all;
  all.list = std::move(list);
  board.take(all);
  return board;
}

/// The first words of the table's lines, in their order.
std::vector<std::string> names(Board& board) {
  std::vector<std::string> found;
  const auto frame = board.frame(80, 24, "");
  for (std::size_t at = 2; at < 2 + board.size(); ++at) {
    found.push_back(frame[at].text.substr(0, frame[at].text.find("  ")));
  }
  return found;
}

using Names = std::vector<std::string>;

TEST(Board, ProgramsStandInTheOrderOfTheirNumbers) {
  Board board = board_of({connection(900, 11, 1, Millis{1}), connection(4000, 3, 1, Millis{1}),
                          connection(900, 4, 1, Millis{1})});
  EXPECT_EQ(names(board), (Names{"psql 900:4", "psql 900:11", "psql 4000:3"}));
  board.reverse();
  EXPECT_EQ(names(board), (Names{"psql 4000:3", "psql 900:11", "psql 900:4"}));
}

TEST(Board, AddressesStandInTheOrderOfTheirNumbers) {
  Board board = board_of({connection(1, 1, 10, Millis{1}), connection(1, 2, 9, Millis{1}),
                          connection(1, 3, 100, Millis{1})});
  board.sort_by(Order::remote);
  EXPECT_EQ(names(board), (Names{"psql 1:2", "psql 1:1", "psql 1:3"}));
}

TEST(Board, TheLongestSilenceComesFirst) {
  Board board = board_of({connection(1, 1, 1, Millis{9'000}), connection(1, 2, 1, Millis{80'000}),
                          connection(1, 3, 1, Millis{700})});
  board.sort_by(Order::silent);
  EXPECT_EQ(names(board), (Names{"psql 1:2", "psql 1:1", "psql 1:3"}));
}

TEST(Board, WhatHasNoProbeStandsBehindWhatHasOne) {
  Board board = board_of({connection(1, 1, 1, Millis{1'000}), probing(1, 2, Millis{1'000})});
  board.sort_by(Order::keep_alive);
  EXPECT_EQ(names(board), (Names{"psql 1:2", "psql 1:1"}));
}

TEST(Board, AFilterKeepsWhatHasItsText) {
  Board board = board_of({connection(12, 1, 1, Millis{1}), connection(34, 1, 1, Millis{1})});
  board.filter("34:");
  EXPECT_EQ(names(board), Names{"psql 34:1"});
  EXPECT_NE(board.frame(80, 24, "")[0].text.find("1 of 2 connections"), std::string::npos);
  board.filter("nothing like this");
  EXPECT_NE(board.frame(80, 24, "")[22].text.find("no such connection"), std::string::npos);
}

TEST(Board, WhatThePathForgetsIsMarkedAndExplained) {
  Board board =
      board_of({connection(1, 1, 1, Millis{1'000}), probing(1, 2, Millis{1'000})}, Millis{60'000});
  auto frame = board.frame(80, 24, "");
  EXPECT_NE(frame[0].text.find("1 marked"), std::string::npos);
  EXPECT_EQ(frame[2].tone, drawing::Tone::busy);
  EXPECT_EQ(frame[3].tone, drawing::Tone::plain);
  EXPECT_NE(frame[22].text.find("the path forgets it before a probe comes"), std::string::npos);
}

TEST(Board, TheNextProbeHasBothEnds) {
  Connection next = probing(1, 1, Millis{5'000});
  next.socket.timer = {.kind = attach::TimerKind::keep_alive, .expires_in = Millis{40'000}};
  Connection last = probing(1, 2, Millis{5'000});
  last.socket.timer = next.socket.timer;
  last.keep_alive->unanswered = 5;
  Connection hours = probing(1, 3, Millis{5'000});
  hours.keep_alive->timing.idle = policy::DwordMillis{7'200'000};
  Board board = board_of({next, last, hours});
  const auto frame = board.frame(120, 24, "");
  EXPECT_NE(frame[2].text.find("  40s..4"), std::string::npos) << frame[2].text;
  EXPECT_NE(frame[3].text.find("  - !5"), std::string::npos) << frame[3].text;  // The end is next.
  EXPECT_NE(frame[4].text.find("  2h.."), std::string::npos) << frame[4].text;
}

TEST(Board, AFrameFitsAnyTerminal) {
  std::vector<Connection> many;
  for (int fd = 0; fd < 300; ++fd) many.push_back(probing(123'456, fd, Millis{fd * 1'000}));
  Board board = board_of(std::move(many), Millis{60'000});
  board.move_to(250);
  for (const std::size_t width : {1U, 20U, 40U, 80U, 200U}) {
    for (const std::size_t height : {1U, 2U, 5U, 24U, 60U}) {
      const auto frame = board.frame(width, height, "");
      ASSERT_EQ(frame.size(), height) << width;
      for (const Line& line : frame) EXPECT_LE(line.text.size(), width) << line.text;
    }
  }
}

TEST(Board, TheChosenLineStaysInSight) {
  std::vector<Connection> many;
  for (int fd = 0; fd < 100; ++fd) many.push_back(connection(7, fd, 1, Millis{1'000}));
  Board board = board_of(std::move(many));
  const auto chosen = [&] {
    std::string text;
    for (const Line& line : board.frame(80, 24, "")) {
      if (line.reversed) text = line.text;  // The heading is one, too, and comes first.
    }
    return text.substr(0, text.find("  "));
  };
  for (const auto& [to, name] : {std::pair{0, "psql 7:0"},
                                 {57, "psql 7:57"},
                                 {3, "psql 7:3"},
                                 {1000, "psql 7:99"},
                                 {-5, "psql 7:0"}}) {
    board.move_to(to);
    EXPECT_EQ(chosen(), name);
  }
}

TEST(TypingLine, ShowsWhatIsTypedLastHoweverLongItIs) {
  EXPECT_EQ(typing_line("psql", 80), "filter: psql_  (enter keeps it, escape drops it)");
  const std::string text = std::string(100, 'a') + "end";
  const std::string line = typing_line(text, 80);
  EXPECT_EQ(line.size(), 80U);
  EXPECT_TRUE(line.ends_with("end_"));
  EXPECT_EQ(typing_line(std::string(60, 'b'), 80), "filter: " + std::string(60, 'b') + "_");
  EXPECT_LE(typing_line(text, 10).size(), 10U);
}

}  // namespace
}  // namespace wsalive::cli::watch
