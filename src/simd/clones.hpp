// Loops compiled for several instruction sets and selected at run time, with bit-identical results.
#pragma once

// AVX2 without FMA: contraction would make results depend on the machine.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__) && \
    !defined(__SANITIZE_ADDRESS__)
#define WIDEGEO_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define WIDEGEO_CLONES
#endif
