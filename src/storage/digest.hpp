// The digest by which files name what they belong to: 64-bit FNV-1a [Fowler, Noll, Vo; RFC 9923].
#pragma once

#include <cstdint>
#include <string_view>

namespace widegeo::storage {

class Digest {
 public:
  constexpr Digest& text(std::string_view text) {
    for (const char c : text) word(static_cast<unsigned char>(c));
    return *this;
  }
  /// A whole number in one step.
  constexpr Digest& word(std::uint64_t word) {
    value_ = (value_ ^ word) * 0x100000001b3U;
    return *this;
  }
  constexpr std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325U;
};

constexpr std::uint64_t fnv1a(std::string_view text) { return Digest().text(text).value(); }

}  // namespace widegeo::storage
