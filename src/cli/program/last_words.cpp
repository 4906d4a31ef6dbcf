#include "cli/program/last_words.hpp"

#include <gmp.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string_view>

#include "number/error.hpp"
#include "storage/atomic_write.hpp"

namespace widegeo::cli {
namespace {

/// Safe in a signal handler.
[[noreturn]] void end(std::string_view line) noexcept {
  storage::remove_unfinished_file();
  (void)!::write(STDERR_FILENO, line.data(), line.size());
  ::_exit(static_cast<int>(ErrorCode::io));
}

[[noreturn]] void end_without_memory() noexcept {
  end("widegeo: error: not enough memory for numbers of this size; ask for fewer digits, or for smaller numbers\n");
}

void* allocate(std::size_t size) {
  void* const memory = std::malloc(size);
  if (memory == nullptr) end_without_memory();
  return memory;
}

void* reallocate(void* memory, std::size_t, std::size_t size) {
  void* const moved = std::realloc(memory, size);
  if (moved == nullptr) end_without_memory();
  return moved;
}

void release(void* memory, std::size_t) { std::free(memory); }

void on_abort(int) {
  end("widegeo: error: a library gave up, usually for lack of memory or threads; ask for fewer digits, points or "
      "threads\n");
}

}  // namespace

void end_cleanly_when_libraries_give_up() {
  mp_set_memory_functions(allocate, reallocate, release);
  std::signal(SIGABRT, on_abort);
}

}  // namespace widegeo::cli
