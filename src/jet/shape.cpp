#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "jet/jet.hpp"
#include "number/error.hpp"

namespace widegeo {

namespace {

constexpr unsigned most_variables = 64, most_order = 250;
constexpr std::size_t most_coefficients = 100'000;

/// All multi-indices of a total degree in lexicographic order, the power of the first variable decreasing.
void append_degree(unsigned variables, unsigned degree, std::vector<std::uint8_t>& prefix,
                   std::vector<std::vector<std::uint8_t>>& out) {
  if (prefix.size() + 1 == variables) {
    prefix.push_back(static_cast<std::uint8_t>(degree));
    out.push_back(prefix);
    prefix.pop_back();
    return;
  }
  for (unsigned k = degree + 1; k-- > 0;) {
    prefix.push_back(static_cast<std::uint8_t>(k));
    append_degree(variables, degree - k, prefix, out);
    prefix.pop_back();
  }
}

std::size_t coefficient_count(unsigned variables, unsigned order) {
  std::size_t count = 1;  // binomial(variables + order, order)
  for (unsigned k = 1; k <= order; ++k) {
    count = count * (variables + k) / k;
    if (count > most_coefficients) break;
  }
  return count;
}

}  // namespace

JetShape::JetShape(unsigned variables, unsigned order) : variables_(variables), order_(order) {
  std::vector<std::uint8_t> prefix;
  if (variables == 0) {
    exponents_.push_back({});
  } else {
    for (unsigned degree = 0; degree <= order; ++degree) append_degree(variables, degree, prefix, exponents_);
  }
  for (std::size_t i = 0; i < exponents_.size(); ++i)
    index_.emplace(std::vector<unsigned>(exponents_[i].begin(), exponents_[i].end()), i);
  for (unsigned degree = 0; degree <= order + 1; ++degree)
    degree_begin_.push_back(degree == 0 ? 0 : variables == 0 ? 1 : coefficient_count(variables, degree - 1));
  std::vector<unsigned> rest(variables);
  for (unsigned v = 0; v < variables; ++v) {
    std::vector<std::uint32_t>& raised = raised_.emplace_back();
    for (std::size_t i = 0; i < degree_begin_[order]; ++i) {
      rest.assign(exponents_[i].begin(), exponents_[i].end());
      ++rest[v];
      raised.push_back(static_cast<std::uint32_t>(index_.at(rest)));
    }
  }
  for (std::size_t i = 0; i < exponents_.size(); ++i) {
    product_begin_.push_back(products_.size());
    for (std::size_t left = 0; left <= i; ++left) {
      bool divides = true;
      for (unsigned v = 0; v < variables && divides; ++v) {
        divides = exponents_[left][v] <= exponents_[i][v];
        rest[v] = static_cast<unsigned>(exponents_[i][v] - exponents_[left][v]);
      }
      if (divides) products_.push_back({static_cast<std::uint32_t>(left), static_cast<std::uint32_t>(index_.at(rest))});
    }
  }
  product_begin_.push_back(products_.size());
}

const JetShape& JetShape::get(unsigned variables, unsigned order) {
  // Small shapes, asked for all the time, are found without a lock.
  constexpr unsigned small = 16;
  static std::atomic<const JetShape*> table[small][small];
  const bool is_small = variables < small && order < small;
  if (is_small) {
    if (const JetShape* known = table[variables][order].load(std::memory_order_acquire)) return *known;
  }
  if (variables > most_variables || order > most_order || coefficient_count(variables, order) > most_coefficients)
    throw Error(ErrorCode::input, "a Taylor series with too many coefficients",
                std::to_string(variables) + " variables, order " + std::to_string(order));
  static std::mutex mutex;
  static std::map<std::pair<unsigned, unsigned>, std::unique_ptr<const JetShape>> shapes;
  const std::lock_guard lock(mutex);
  std::unique_ptr<const JetShape>& shape = shapes[{variables, order}];
  if (!shape) shape.reset(new JetShape(variables, order));
  if (is_small) table[variables][order].store(shape.get(), std::memory_order_release);
  return *shape;
}

std::size_t JetShape::index(std::span<const unsigned> exponents) const {
  const auto found = index_.find(std::vector<unsigned>(exponents.begin(), exponents.end()));
  if (found == index_.end()) throw Error(ErrorCode::input, "a derivative beyond the order of the Taylor series");
  return found->second;
}

std::span<const JetShape::Product> JetShape::products(std::size_t i) const {
  return std::span(products_).subspan(product_begin_[i], product_begin_[i + 1] - product_begin_[i]);
}

}  // namespace widegeo
