#include "route/expectations.hpp"

#include <mutex>
#include <string>

#include "gaussian/gaussian.hpp"
#include "rigorous/rigorous.hpp"

namespace widegeo {
namespace {

/// Names of the entries that have a closed form, for the hint of the closed route.
std::string names_with_closed_form() {
  std::string names;
  for (const CatalogueEntry& entry : catalogue()) {
    if (entry.list_parameter || !find_closed_form(make_activation(entry.name))) continue;
    names += (names.empty() ? "" : ", ") + entry.name;
  }
  return names;
}

template <class T>
class ClosedElseQuadrature final : public Expectations<T> {
 public:
  explicit ClosedElseQuadrature(const RoutedActivation& routed)
      : routed_(routed), closed_(make_expectations<T>(routed, true, true)) {}

  OnePoint<T> one_point(const T& q, unsigned order) const override {
    return first([&](const Expectations<T>& source) { return source.one_point(q, order); });
  }
  TwoPoint<T> two_point(const Covariance<T>& c, TwoPointNeed need) const override {
    return first([&](const Expectations<T>& source) { return source.two_point(c, need); });
  }
  ErrorKind kind() const override { return ErrorKind::truncation; }

 private:
  template <class Ask>
  auto first(const Ask& ask) const {
    try {
      return ask(*closed_);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::accuracy) throw;
    }
    std::call_once(once_, [this] { quadrature_ = make_expectations<T>(routed_, false); });
    return ask(*quadrature_);
  }

  const RoutedActivation& routed_;
  std::unique_ptr<const Expectations<T>> closed_;
  mutable std::once_flag once_;
  mutable std::unique_ptr<const Expectations<T>> quadrature_;
};

}  // namespace

RoutedActivation route_to(Activation activation, Route route, unsigned threads) {
  RoutedActivation routed{std::move(activation), {}, route, threads};
  if (route != Route::quadrature) routed.closed = find_closed_form(routed.activation);
  if (route == Route::closed && !routed.closed) {
    throw Error::about_argument(ErrorCode::input, "'" + routed.activation.name + "' has no closed form", "route closed",
                                "closed forms are known for " + names_with_closed_form());
  }
  return routed;
}

template <class T>
std::unique_ptr<Expectations<T>> make_expectations(const RoutedActivation& routed, bool closed, bool brief) {
  if (closed) {
    ClosedForm form = *routed.closed;
    form.brief = brief;
    return closed_form_expectations<T>(form);
  }
  GaussianOptions options;
  options.threads = routed.threads;
  return quadrature_expectations<T>(routed.activation, options);
}

template std::unique_ptr<Expectations<TrackedDouble>> make_expectations(const RoutedActivation&, bool, bool);
template std::unique_ptr<Expectations<TrackedBlock>> make_expectations(const RoutedActivation&, bool, bool);
template std::unique_ptr<Expectations<Real>> make_expectations(const RoutedActivation&, bool, bool);

template <class T>
std::unique_ptr<Expectations<T>> expectations_of(const RoutedActivation& routed) {
  if (routed.use_closed()) return std::make_unique<ClosedElseQuadrature<T>>(routed);
  return make_expectations<T>(routed, false);
}

template std::unique_ptr<Expectations<TrackedDouble>> expectations_of(const RoutedActivation&);
template std::unique_ptr<Expectations<Real>> expectations_of(const RoutedActivation&);

template <>
std::unique_ptr<Expectations<Ball>> expectations_of<Ball>(const RoutedActivation& routed) {
  return routed.use_closed() ? closed_form_expectations<Ball>(*routed.closed)
                             : rigorous_expectations(routed.activation);
}

}  // namespace widegeo
