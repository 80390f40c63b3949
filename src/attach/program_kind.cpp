#include "attach/program_kind.hpp"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <string_view>

#include "base/fd.hpp"
#include "os/program_path.hpp"

namespace wsalive::attach {
namespace {

#if defined(__x86_64__)
constexpr unsigned kMachine = EM_X86_64;
#else
constexpr unsigned kMachine = EM_AARCH64;
#endif

constexpr int kMostScripts =
    4;  // A script's interpreter may be a script; the kernel stops as early.

Result<std::string> look_up(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    return ::access(name.c_str(), F_OK) == 0 ? Result<std::string>{name}
                                             : failure(errno, "find the program");
  }
  return os::program_path(name);
}

template <typename Part>
bool read_part(int file, std::size_t offset, Part& part) {
  return ::pread(file, &part, sizeof part, static_cast<off_t>(offset)) ==
         static_cast<ssize_t>(sizeof part);
}

ProgramKind kind_of_loader(int file, const Elf64_Phdr& header) {
  std::array<char, 256> loader{};
  const std::size_t size = std::min<std::size_t>(header.p_filesz, loader.size() - 1);
  static_cast<void>(!::pread(file, loader.data(), size, static_cast<off_t>(header.p_offset)));
  const std::string_view name{loader.data()};
  return name.find("/ld-linux") != std::string_view::npos ? ProgramKind::dynamic
                                                          : ProgramKind::other_libc;
}

ProgramKind kind_of_elf(int file) {
  Elf64_Ehdr elf{};
  if (!read_part(file, 0, elf) || elf.e_ident[EI_CLASS] != ELFCLASS64 ||
      elf.e_machine != kMachine) {
    return ProgramKind::other;
  }
  for (std::size_t i = 0; i < elf.e_phnum; ++i) {
    Elf64_Phdr header{};
    if (!read_part(file, elf.e_phoff + i * elf.e_phentsize, header)) return ProgramKind::other;
    if (header.p_type == PT_INTERP) return kind_of_loader(file, header);
  }
  return ProgramKind::static_file;
}

/// "#!/usr/bin/env python3" is read as env reads it: the next word, from PATH.
std::string interpreter_in(const std::string& line) {
  std::istringstream words{line.substr(2)};
  std::string first;
  std::string second;
  words >> first >> second;
  const bool by_env = first.ends_with("/env") && !second.empty() && !second.starts_with('-');
  return by_env ? second : first;
}

ProgramKind kind_of(const std::string& path, int depth) {
  const Fd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  std::array<char, 256> head{};
  const ssize_t got = file ? ::read(file.get(), head.data(), head.size() - 1) : 0;
  const std::string_view text{head.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
  if (text.starts_with("\177ELF")) return kind_of_elf(file.get());
  if (!text.starts_with("#!") || depth == kMostScripts) return ProgramKind::other;
  const Result<std::string> interpreter =
      look_up(interpreter_in(std::string{text.substr(0, text.find('\n'))}));
  return interpreter ? kind_of(*interpreter, depth + 1) : ProgramKind::other;
}

bool gains_rights(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return false;
  if ((status.st_mode & S_ISUID) != 0 && status.st_uid != ::geteuid()) return true;
  if ((status.st_mode & S_ISGID) != 0 && (status.st_mode & S_IXGRP) != 0 &&
      status.st_gid != ::getegid())
    return true;
  return ::getxattr(path.c_str(), "security.capability", nullptr, 0) > 0;
}

}  // namespace

Result<ProgramFile> find_program(const std::string& name) {
  const Result<std::string> path = look_up(name);
  if (!path) return tl::unexpected(path.error());
  struct stat status {};
  const bool is_file = ::stat(path->c_str(), &status) == 0 && S_ISREG(status.st_mode);
  if (!is_file || ::access(path->c_str(), X_OK) != 0) return failure(EACCES, "execute the program");
  return ProgramFile{*path, kind_of(*path, 0), gains_rights(*path)};
}

}  // namespace wsalive::attach
