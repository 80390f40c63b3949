// A doubly linked list through its elements: no allocation, and an element leaves in constant time
// without the list at hand. An element is in at most one list per Link it derives from. The caller
// locks.
#pragma once

#include "base/check.hpp"

namespace wsalive {

class Link {
 public:
  constexpr Link() noexcept = default;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  constexpr ~Link() { WSALIVE_DCHECK(!linked()); }

  [[nodiscard]] constexpr bool linked() const noexcept { return next_ != nullptr; }

  void unlink() noexcept {
    previous_->next_ = next_;  // NOLINT(clang-analyzer-core.NullDereference): only what is linked.
    next_->previous_ = previous_;
    next_ = previous_ = nullptr;
  }

 private:
  template <typename T>
  friend class IntrusiveList;
  Link* next_ = nullptr;
  Link* previous_ = nullptr;
};

/// T derives from Link.
template <typename T>
class IntrusiveList {
 public:
  constexpr IntrusiveList() noexcept { head_.next_ = head_.previous_ = &head_; }
  IntrusiveList(const IntrusiveList&) = delete;
  IntrusiveList& operator=(const IntrusiveList&) = delete;
  constexpr ~IntrusiveList() { head_.next_ = head_.previous_ = nullptr; }

  [[nodiscard]] bool empty() const noexcept { return head_.next_ == &head_; }

  void push_back(T& element) noexcept { insert_before(head_, element); }
  void push_front(T& element) noexcept { insert_before(*head_.next_, element); }

  /// The first element; nullptr if there is none.
  [[nodiscard]] T* front() noexcept { return as_element(head_.next_); }
  /// The one behind `element`; nullptr at the end.
  [[nodiscard]] T* after(T& element) noexcept {
    return as_element(static_cast<Link&>(element).next_);
  }

  /// Takes the first element out; nullptr if there is none.
  [[nodiscard]] T* pop_front() noexcept {
    T* const first = front();
    if (first) static_cast<Link*>(first)->unlink();
    return first;
  }

 private:
  [[nodiscard]] T* as_element(Link* link) noexcept {
    return link == &head_ ? nullptr : static_cast<T*>(link);
  }
  static void insert_before(Link& place, Link& link) noexcept {
    WSALIVE_DCHECK(!link.linked());
    link.next_ = &place;
    link.previous_ = place.previous_;
    place.previous_->next_ = &link;
    place.previous_ = &link;
  }

  Link head_;
};

}  // namespace wsalive
