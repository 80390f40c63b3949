#include "attach/preload/hooks.hpp"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#if defined(__aarch64__)
#define WSALIVE_RELOCATION(kind) R_AARCH64_##kind
#else
#define WSALIVE_RELOCATION(kind) R_X86_64_##kind
#endif

namespace wsalive::attach::preload {
namespace {

constexpr std::array<std::string_view, 9> kMemory{"malloc",         "calloc",   "realloc",
                                                  "free",           "memalign", "aligned_alloc",
                                                  "posix_memalign", "valloc",   "reallocarray"};

std::uintptr_t own_base() noexcept {
  Dl_info here{};
  return ::dladdr(_DYNAMIC, &here) != 0 ? reinterpret_cast<std::uintptr_t>(here.dli_fbase) : 0;
}

/// 0 where there is no such entry.
std::uintptr_t dynamic_value(ElfW(Sxword) tag) noexcept {
  for (const ElfW(Dyn)* entry = _DYNAMIC; entry->d_tag != DT_NULL; ++entry) {
    if (entry->d_tag == tag) return entry->d_un.d_val;
  }
  return 0;
}

template <typename Part>
Part* at_address(std::uintptr_t address) noexcept {
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the loader gives numbers.
  return reinterpret_cast<Part*>(address);
}

class OwnLibrary {
 public:
  void bind() noexcept {
    if (base_ == 0 || !c_library_ || !symbols_ || !names_ ||
        !set_protection(PROT_READ | PROT_WRITE))
      return;
    bind_all(part<ElfW(Rela)>(DT_JMPREL), dynamic_value(DT_PLTRELSZ));
    bind_all(part<ElfW(Rela)>(DT_RELA), dynamic_value(DT_RELASZ));
    static_cast<void>(set_protection(PROT_READ));
  }

 private:
  /// The loader has turned some entries into addresses; the others are still offsets, which are below any address.
  template <typename Part>
  [[nodiscard]] const Part* part(ElfW(Sxword) tag) const noexcept {
    const std::uintptr_t value = dynamic_value(tag);
    if (value == 0) return nullptr;
    return at_address<const Part>(value < base_ ? base_ + value : value);
  }

  void bind_all(const ElfW(Rela) * first, std::size_t bytes) noexcept {
    if (!first) return;
    for (const ElfW(Rela) & each : std::span{first, bytes / sizeof *first}) {
      const auto kind = ELF64_R_TYPE(each.r_info);
      if (kind != WSALIVE_RELOCATION(JUMP_SLOT) && kind != WSALIVE_RELOCATION(GLOB_DAT)) continue;
      const ElfW(Sym)& symbol = symbols_[ELF64_R_SYM(each.r_info)];
      if (ELF64_ST_TYPE(symbol.st_info) != STT_FUNC) continue;
      if (void* const function = find(ELF64_R_SYM(each.r_info), names_ + symbol.st_name)) {
        *at_address<void*>(base_ + each.r_offset) = function;
      }
    }
  }

  [[nodiscard]] void* find(std::size_t symbol, const char* name) const noexcept {
    if (std::ranges::find(kMemory, std::string_view{name}) != kMemory.end()) return nullptr;
    const char* const version = version_of(symbol);
    return version ? ::dlvsym(c_library_, name, version) : ::dlsym(c_library_, name);
  }

  /// The version that the library was linked against; null for its own symbols.
  [[nodiscard]] const char* version_of(std::size_t symbol) const noexcept {
    const auto* const numbers = part<ElfW(Versym)>(DT_VERSYM);
    const auto* need = part<ElfW(Verneed)>(DT_VERNEED);
    if (!numbers || !need) return nullptr;
    constexpr unsigned kNumber = 0x7fff;
    for (;;) {
      const auto* at = next_to(reinterpret_cast<const ElfW(Vernaux)*>(need), need->vn_aux);
      for (unsigned left = need->vn_cnt; left > 0; --left, at = next_to(at, at->vna_next)) {
        if ((at->vna_other & kNumber) == (numbers[symbol] & kNumber)) return names_ + at->vna_name;
      }
      if (need->vn_next == 0) return nullptr;
      need = next_to(need, need->vn_next);
    }
  }
  template <typename Part>
  static const Part* next_to(const Part* part, std::size_t offset) noexcept {
    return at_address<const Part>(reinterpret_cast<std::uintptr_t>(part) + offset);
  }

  /// The pages that the loader write-protects after relocation (RELRO), if there are any.
  [[nodiscard]] bool set_protection(int protection) const noexcept {
    const auto* const header = at_address<const ElfW(Ehdr)>(base_);
    const auto* const parts = at_address<const ElfW(Phdr)>(base_ + header->e_phoff);
    for (const ElfW(Phdr) & segment : std::span{parts, header->e_phnum}) {
      if (segment.p_type != PT_GNU_RELRO) continue;
      const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
      const std::uintptr_t from = (base_ + segment.p_vaddr) & ~(page - 1);
      const std::uintptr_t to = (base_ + segment.p_vaddr + segment.p_memsz) & ~(page - 1);
      return to <= from || ::syscall(SYS_mprotect, from, to - from, protection) == 0;
    }
    return true;
  }

  std::uintptr_t base_ = own_base();
  void* c_library_ = ::dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
  const ElfW(Sym) * symbols_ = part<ElfW(Sym)>(DT_SYMTAB);
  const char* names_ = part<char>(DT_STRTAB);
};

}  // namespace

void bind_own_calls() noexcept { OwnLibrary{}.bind(); }

}  // namespace wsalive::attach::preload
