#include "report/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace widegeo::report {

std::optional<std::size_t> terminal_width() {
  if (::isatty(STDOUT_FILENO) == 0) return std::nullopt;
  if (const char* set = std::getenv("COLUMNS")) {
    const std::string_view text(set);
    std::size_t width = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), width);
    if (status == std::errc() && end == text.data() + text.size() && width > 0) return width;
  }
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return std::nullopt;
  return size.ws_col;
}

}  // namespace widegeo::report
