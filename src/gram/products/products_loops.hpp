// The loops of products.hpp over any instruction set. Included by one file per set, after it has enabled its
// instructions. Nothing here may call a function of the standard library: its compiled copy would be shared with files
// for baseline processors.
//
// Set provides: V (a vector of `width` doubles), M (a mask), row_step (rows of a register block), vectors (vectors of a
// register block; width * vectors divides panel), zero, all, load, store, add, sub, mul, div, root, fma(a, b, c)
// = a b + c, fnma(a, b, c) = c - a b, less, either, select, bits.
#pragma once

#include "gram/products/products.hpp"

namespace widegeo::gram {

template <class Set>
struct ProductLoops {
  using V = typename Set::V;
  using M = typename Set::M;
  static constexpr std::size_t width = Set::width, vectors = Set::vectors, step = Set::row_step;

  /// Computes minor, distance and marks from a vector of dots.
  static unsigned complete(V dot, V nx, V ny, double* minor_out, double* distance_out) {
    const V product = Set::mul(nx, ny), sum = Set::add(nx, ny);
    const V minor = Set::fnma(dot, dot, product), distance = Set::fnma(Set::all(2), dot, sum);
    Set::store(minor_out, minor);
    Set::store(distance_out, distance);
    return Set::bits(Set::either(Set::less(minor, Set::mul(Set::all(cancelled_minor), product)),
                                 Set::less(distance, Set::mul(Set::all(cancelled_distance), sum))));
  }

  static void block(const PanelJob& job, std::size_t i, std::size_t j) {
    V sum[step][vectors];
#pragma GCC unroll 8
    for (std::size_t r = 0; r < step; ++r)
#pragma GCC unroll 8
      for (std::size_t v = 0; v < vectors; ++v) sum[r][v] = Set::zero();
    const double* x = job.rows + i * job.row_stride;
    const double* y = job.columns + j;
    const std::size_t stride = job.row_stride;
    for (std::size_t k = 0; k < job.depth; ++k, ++x, y += panel) {
      V column[vectors];
#pragma GCC unroll 8
      for (std::size_t v = 0; v < vectors; ++v) column[v] = Set::load(y + v * width);
#pragma GCC unroll 8
      for (std::size_t r = 0; r < step; ++r) {
        const V row = Set::all(x[r * stride]);
#pragma GCC unroll 8
        for (std::size_t v = 0; v < vectors; ++v) sum[r][v] = Set::fma(row, column[v], sum[r][v]);
      }
    }
#pragma GCC unroll 8
    for (std::size_t r = 0; r < step; ++r) {
      unsigned marks = 0;
      const V norm = Set::all(job.row_norm[i + r]);
#pragma GCC unroll 8
      for (std::size_t v = 0; v < vectors; ++v) {
        const std::size_t lane = j + v * width, at = (i + r) * job.stride + lane;
        if (!job.first) sum[r][v] = Set::add(Set::load(job.dot + at), sum[r][v]);
        Set::store(job.dot + at, sum[r][v]);
        if (job.last)
          marks |= complete(sum[r][v], norm, Set::load(job.column_norm + lane), job.minor + at, job.distance + at)
                   << lane;
      }
      if (job.last) job.marks[i + r] = static_cast<std::uint16_t>(j == 0 ? marks : job.marks[i + r] | marks);
    }
  }

  static void multiply(const PanelJob& job) {
    for (std::size_t i = 0; i < job.row_count; i += step)
      for (std::size_t j = 0; j < panel; j += width * vectors) block(job, i, j);
  }

  static void pack(const double* rows, std::size_t stride, std::size_t depth, double* packed) {
    std::size_t k = 0;
    for (; k + width <= depth; k += width)
      for (std::size_t j = 0; j < panel; j += width)
        Set::transpose(rows + j * stride + k, stride, packed + k * panel + j, panel);
    for (; k < depth; ++k)
      for (std::size_t j = 0; j < panel; ++j) packed[k * panel + j] = rows[j * stride + k];
  }

  static void redo(const double* row, const double* columns, std::size_t depth, double row_norm,
                   const double* column_norm, RedoneSums& sums) {
    const V norm = Set::all(row_norm);
    for (std::size_t j = 0; j < panel; j += width * vectors) {
      V alpha[vectors];
      M longer[vectors];  // true: the panel's point is the longer one
#pragma GCC unroll 8
      for (std::size_t v = 0; v < vectors; ++v) {
        const V other = Set::load(column_norm + j + v * width);
        longer[v] = Set::less(norm, other);
        alpha[v] = Set::root(Set::div(Set::select(longer[v], norm, other), Set::select(longer[v], other, norm)));
      }
      for (std::size_t begin = 0; begin < depth; begin += chain) {
        const std::size_t end = depth - begin < chain ? depth : begin + chain;
        V ss[vectors], tt[vectors], st[vectors], dd[vectors];
#pragma GCC unroll 8
        for (std::size_t v = 0; v < vectors; ++v) ss[v] = tt[v] = st[v] = dd[v] = Set::zero();
        for (std::size_t k = begin; k < end; ++k) {
          const V x = Set::all(row[k]);
#pragma GCC unroll 8
          for (std::size_t v = 0; v < vectors; ++v) {
            const V y = Set::load(columns + k * panel + j + v * width);
            const V large = Set::select(longer[v], y, x), small = Set::select(longer[v], x, y);
            const V s = Set::fma(alpha[v], large, small), t = Set::fnma(alpha[v], large, small), e = Set::sub(x, y);
            ss[v] = Set::fma(s, s, ss[v]);
            tt[v] = Set::fma(t, t, tt[v]);
            st[v] = Set::fma(s, t, st[v]);
            dd[v] = Set::fma(e, e, dd[v]);
          }
        }
#pragma GCC unroll 8
        for (std::size_t v = 0; v < vectors; ++v) {
          const std::size_t lane = j + v * width;
          Set::store(sums.ss + lane, Set::add(Set::load(sums.ss + lane), ss[v]));
          Set::store(sums.tt + lane, Set::add(Set::load(sums.tt + lane), tt[v]));
          Set::store(sums.st + lane, Set::add(Set::load(sums.st + lane), st[v]));
          Set::store(sums.dd + lane, Set::add(Set::load(sums.dd + lane), dd[v]));
        }
      }
    }
  }

  static void finish(const RedoneSums& sums, double row_norm, const double* column_norm, unsigned marks,
                     const PanelRow& out) {
    const V norm = Set::all(row_norm);
    double dot[panel], minor[panel], distance[panel];
    for (std::size_t j = 0; j < panel; j += width) {
      const V other = Set::load(column_norm + j), ss = Set::load(sums.ss + j), tt = Set::load(sums.tt + j);
      const V st = Set::load(sums.st + j), dd = Set::load(sums.dd + j);
      const M longer = Set::less(norm, other), order = Set::less(ss, tt);
      const V n_large = Set::select(longer, other, norm), n_small = Set::select(longer, norm, other);
      const V large = Set::select(order, tt, ss), small = Set::select(order, ss, tt);
      const V scale = Set::mul(n_large, Set::div(large, Set::mul(Set::all(4), n_small)));
      const V result = Set::mul(scale, Set::fnma(st, Set::div(st, large), small));
      Set::store(minor + j, Set::select(Set::less(Set::zero(), result), result, Set::zero()));
      Set::store(distance + j, dd);
      Set::store(dot + j, Set::select(Set::less(Set::zero(), dd), Set::load(out.dot + j), norm));
    }
    for (std::size_t j = 0; j < panel; ++j)
      if ((marks >> j & 1) != 0) {
        out.dot[j] = dot[j];
        out.minor[j] = minor[j];
        out.distance[j] = distance[j];
      }
  }

  static constexpr ProductRoutines routines(const char* name) { return {name, &pack, &multiply, &redo, &finish}; }
};

}  // namespace widegeo::gram
