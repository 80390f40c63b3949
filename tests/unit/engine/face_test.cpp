// The published table says which functions use the engine, so that another program knows this program's errors.

#include "engine/make_engine.hpp"

#include <gtest/gtest.h>

namespace wsalive::engine {
namespace {

TEST(Face, EachThatWasNotedStays) {
  EXPECT_EQ(faces(), 0U);  // Not told: nothing is claimed.
  note_face(Face::linux_);
  note_face(Face::linux_);
  EXPECT_EQ(faces(), 2U);
  note_face(Face::windows);  // A program may use both.
  EXPECT_EQ(faces(), 3U);
}

}  // namespace
}  // namespace wsalive::engine
