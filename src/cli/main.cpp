#include <pthread.h>
#include <sys/resource.h>

#include "cli/program/program.hpp"

namespace {

/// Deeply nested expressions are walked by recursion: what the language allows needs less than this.
constexpr std::size_t stack_size = std::size_t{32} << 20U;
constexpr rlim_t usual_stack = rlim_t{8} << 20U;

struct Call {
  int argc;
  char** argv;
  int code;
};

void* call(void* data) {
  auto* const work = static_cast<Call*>(data);
  work->code = widegeo::cli::run(work->argc, work->argv);
  return nullptr;
}

}  // namespace

/// Where the user has set a small stack (ulimit -s), the work is done on a thread whose stack is known.
int main(int argc, char** argv) {
  Call work{argc, argv, 0};
  rlimit limit{};
  pthread_attr_t attributes;
  pthread_t thread;
  if (::getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur >= usual_stack ||
      ::pthread_attr_init(&attributes) != 0 || ::pthread_attr_setstacksize(&attributes, stack_size) != 0 ||
      ::pthread_setattr_default_np(&attributes) != 0 ||  // threads that it starts inherit the small one otherwise
      ::pthread_create(&thread, &attributes, call, &work) != 0) {
    return widegeo::cli::run(argc, argv);
  }
  ::pthread_join(thread, nullptr);
  return work.code;
}
