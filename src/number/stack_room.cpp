#include "number/stack_room.hpp"

#include <pthread.h>

#include <cstdint>
#include <limits>

namespace widegeo {
namespace {

/// The lowest address of this thread's stack; 0 if unknown.
std::uintptr_t lowest_address() {
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return 0;
  void* address = nullptr;
  std::size_t size = 0;
  const bool known = pthread_attr_getstack(&attributes, &address, &size) == 0;
  pthread_attr_destroy(&attributes);
  return known ? reinterpret_cast<std::uintptr_t>(address) : 0;
}

}  // namespace

std::size_t stack_room() {
  thread_local const std::uintptr_t lowest = lowest_address();
  const char here = 0;
  const auto address = reinterpret_cast<std::uintptr_t>(&here);
  if (lowest == 0 || address < lowest) return std::numeric_limits<std::size_t>::max();
  return address - lowest;
}

}  // namespace widegeo
