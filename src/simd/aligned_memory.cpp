// The program's `operator new` for over-aligned types, that is for Block and types made of it. Taylor series of blocks
// are vectors of a few kilobytes that live for one operation: allocating each from the C library took up to half of the
// time of a table. Freed memory is kept in short free lists, per size and thread, and reused.
#include <array>
#include <cstddef>
#include <cstdlib>
#include <new>

// Sanitizers have an operator new of their own, which watches every piece.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define WIDEGEO_PLAIN_NEW
#endif
#endif
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(WIDEGEO_PLAIN_NEW)

namespace {

constexpr std::size_t alignment = 64, granule = 256, sizes = 64, longest = 32;

struct Piece {
  Piece* next;
};

/// Pieces of i granules. Constant initialisation and no destructor: it may be used as long as the thread lives, also
/// by destructors that run after that of Closing.
struct Lists {
  std::array<Piece*, sizes> first;
  std::array<std::size_t, sizes> length;
  bool open, closed;
};
constinit thread_local Lists lists{};

/// Returns the pieces to the C library when the thread ends.
struct Closing {
  ~Closing() {
    lists.closed = true;
    for (Piece*& first : lists.first)
      while (first != nullptr) {
        Piece* const piece = first;
        first = piece->next;
        std::free(piece);
      }
  }
};

void open_lists() {
  static thread_local Closing closing;
  static_cast<void>(closing);
  lists.open = true;
}

bool is_kept(std::size_t granules, std::align_val_t align) {
  return granules < sizes && static_cast<std::size_t>(align) <= alignment;
}

std::size_t granules_of(std::size_t bytes) { return bytes == 0 ? 1 : (bytes - 1) / granule + 1; }

void* allocate(std::size_t bytes, std::align_val_t align) {
  const std::size_t granules = granules_of(bytes);
  if (is_kept(granules, align)) {
    Piece*& first = lists.first[granules];
    if (first != nullptr) {
      Piece* const piece = first;
      first = piece->next;
      --lists.length[granules];
      return piece;
    }
  }
  const std::size_t step = static_cast<std::size_t>(align) < alignment ? alignment : static_cast<std::size_t>(align);
  const std::size_t unit = step < granule ? granule : step;
  if (bytes > static_cast<std::size_t>(-1) - unit) return nullptr;
  return std::aligned_alloc(step, (granules_of(bytes) * granule + unit - 1) / unit * unit);
}

}  // namespace

void* operator new(std::size_t bytes, std::align_val_t align) {
  for (;;) {
    if (void* const memory = allocate(bytes, align)) return memory;
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) throw std::bad_alloc();
    handler();
  }
}

void* operator new(std::size_t bytes, std::align_val_t align, const std::nothrow_t&) noexcept {
  try {
    return operator new(bytes, align);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void operator delete(void* memory, std::size_t bytes, std::align_val_t align) noexcept {
  const std::size_t granules = granules_of(bytes);
  if (memory == nullptr || !is_kept(granules, align) || lists.closed || lists.length[granules] == longest) {
    std::free(memory);
    return;
  }
  if (!lists.open) open_lists();
  lists.first[granules] = new (memory) Piece{lists.first[granules]};
  ++lists.length[granules];
}

void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t, const std::nothrow_t&) noexcept { std::free(memory); }

#endif
