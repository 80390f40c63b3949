// What a handle leads to: an object with a kind and two counts.
//
// References keep an object's memory; handles keep it in use. When the last handle closes, the object ends its work in
// last_handle_closed() (a port ends its waits), while a running wait or a pending operation may keep its
// memory for longer. Counts are atomic; the lock of the derived class guards everything else.
#pragma once

#include <atomic>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace wsalive::kernel {

class WaitObject;

/// What a handle can lead to. Asking a handle for another kind is ERROR_INVALID_HANDLE.
enum class Kind : std::uint8_t {
  event,
  mutex,
  semaphore,
  thread,
  process,
  completion_port,
  file,
  file_mapping,
  registry_key,
  heap,
};

class Object {
 public:
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  [[nodiscard]] Kind kind() const noexcept { return kind_; }

  /// The object as something that can be waited for; nullptr where it cannot.
  [[nodiscard]] virtual WaitObject* waitable() noexcept { return nullptr; }

  /// The descriptor by which a child process can have the object too; -1 where it cannot.
  [[nodiscard]] virtual int inheritable_descriptor() const noexcept { return -1; }

  void add_reference() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
  void drop_reference() noexcept {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

 protected:
  explicit Object(Kind kind) noexcept : kind_(kind) {}
  virtual ~Object() = default;

  /// Called once, without locks, when the last handle is closed. References may remain.
  virtual void last_handle_closed() noexcept {}

 private:
  friend class HandleTable;
  void add_handle() noexcept { handles_.fetch_add(1, std::memory_order_relaxed); }
  void drop_handle() noexcept {
    if (handles_.fetch_sub(1, std::memory_order_acq_rel) == 1) last_handle_closed();
  }

  std::atomic<std::uint32_t> references_{1};
  std::atomic<std::uint32_t> handles_{0};
  const Kind kind_;
};

/// An owned reference to an object; may be empty.
template <typename T>
class Ref {
 public:
  Ref() noexcept = default;
  /// Adds a reference to an object that another reference keeps alive at this moment.
  explicit Ref(T* object) noexcept : object_(object) {
    if (object_) object_->add_reference();
  }
  Ref(const Ref& other) noexcept : Ref(other.object_) {}
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  template <typename U>
  requires std::is_convertible_v<U*, T*> Ref(Ref<U> other)
  noexcept : object_(other.release()) {}  // NOLINT(google-explicit-constructor)
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() {
    if (object_) object_->drop_reference();
  }

  /// Takes over the reference that a new object starts with.
  [[nodiscard]] static Ref adopt(T* fresh) noexcept {
    Ref ref;
    ref.object_ = fresh;
    return ref;
  }

  /// Gives the reference away; the caller drops it.
  [[nodiscard]] T* release() noexcept { return std::exchange(object_, nullptr); }
  [[nodiscard]] T* get() const noexcept { return object_; }
  T* operator->() const noexcept { return object_; }
  T& operator*() const noexcept { return *object_; }
  explicit operator bool() const noexcept { return object_ != nullptr; }

 private:
  T* object_ = nullptr;
};

/// A new object, owned by the caller. Throws std::bad_alloc.
template <typename T, typename... Arguments>
[[nodiscard]] Ref<T> make(Arguments&&... arguments) {
  return Ref<T>::adopt(new T(std::forward<Arguments>(arguments)...));
}

}  // namespace wsalive::kernel
