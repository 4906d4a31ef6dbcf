#include "report/printable.hpp"

#include <cstdint>
#include <cstdio>

namespace widegeo::report {
namespace {

/// A UTF-8 character and its length in bytes; length 0: invalid (RFC 3629, no surrogates, no overlong forms).
struct Character {
  std::uint32_t code = 0;
  std::size_t length = 0;
};

Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xC2 && lead < 0xE0 ? 2 : lead >= 0xE0 && lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
  if (lead < 0xC2 || length == 0 || text.size() < length) return {};
  std::uint32_t code = lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return {};
    code = code << 6U | (byte(i) & 0x3FU);
  }
  constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < least[length] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return {};
  return {code, length};
}

/// Characters beyond ASCII that a terminal obeys instead of showing them, or that hide how a text reads.
bool obeyed(std::uint32_t code) {
  return (code >= 0x80 && code < 0xA0) ||                         // C1: 0x9B begins an escape sequence
         code == 0xAD || code == 0x61C || code == 0x180E ||       // soft hyphen, marks of direction and vowels
         (code >= 0x200B && code <= 0x200F) ||                    // no width, marks of direction
         (code >= 0x2028 && code <= 0x202E) ||                    // separators of lines, embeddings and overrides
         (code >= 0x2060 && code <= 0x206F) ||                    // no width, isolates
         code == 0xFEFF || (code >= 0xFFF9 && code <= 0xFFFB) ||  // byte order mark, annotations
         (code >= 0xE0000 && code <= 0xE007F);                    // tags
}

void append_hexadecimal(std::string& out, const char* format, std::uint32_t code) {
  char buffer[16];
  std::snprintf(buffer, sizeof buffer, format, code);
  out += buffer;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character c = first_character(text);
    if (c.length == 0) {
      append_hexadecimal(out, "\\x%02x", static_cast<unsigned char>(text.front()));
    } else if (c.code == '\n') {
      out += "\\n";
    } else if (c.code == '\t') {
      out += "\\t";
    } else if (c.code == '\r') {
      out += "\\r";
    } else if (c.code < 0x20 || c.code == 0x7F) {
      append_hexadecimal(out, "\\x%02x", c.code);
    } else if (obeyed(c.code)) {
      append_hexadecimal(out, c.code > 0xFFFF ? "\\u{%x}" : "\\u%04x", c.code);
    } else {
      out += text.substr(0, c.length);
    }
    text.remove_prefix(c.length == 0 ? 1 : c.length);
  }
  return out;
}

std::string printable_json(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  while (!json.empty()) {
    const Character c = first_character(json);
    if (c.length != 0 && (c.code == 0x7F || obeyed(c.code))) {
      if (c.code > 0xFFFF) {
        append_hexadecimal(out, "\\u%04x", 0xD800 + ((c.code - 0x10000) >> 10U));
        append_hexadecimal(out, "\\u%04x", 0xDC00 + ((c.code - 0x10000) & 0x3FFU));
      } else {
        append_hexadecimal(out, "\\u%04x", c.code);
      }
    } else {
      out += json.substr(0, c.length == 0 ? 1 : c.length);
    }
    json.remove_prefix(c.length == 0 ? 1 : c.length);
  }
  return out;
}

}  // namespace widegeo::report
