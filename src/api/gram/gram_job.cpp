#include "api/gram/gram_job.hpp"

#include <bit>

#include "api/describe.hpp"
#include "gram/matrix_pieces.hpp"
#include "report/decimal.hpp"

namespace widegeo::api {

std::uint64_t MemoryRows::digest() const {
  storage::Digest digest;
  digest.word(rows_).word(columns_);
  for (const double value : values_) digest.word(std::bit_cast<std::uint64_t>(value));
  return digest.value();
}

std::uint64_t FileRows::digest() const {
  if (ranges_.size() == 1 && ranges_[0].first == 0 && ranges_[0].count == matrix_.rows()) return matrix_.digest();
  storage::Digest digest;
  digest.word(matrix_.digest());
  for (const Range& range : ranges_) digest.word(range.first).word(range.count);
  return digest.value();
}

storage::Digest digest_of_job(const PreparedNetwork& network, const gram::GramRequest& request,
                              storage::ElementType type, const ExactRows& x, const ExactRows* y) {
  storage::Digest digest;
  const auto line = [&digest](const std::string& text) { digest.text(text + '\n'); };
  line(std::string("widegeo ") + WIDEGEO_VERSION);
  for (const auto& [name, value] : describe(network)) line(name + " " + report::cell(value));
  line(std::string(request.nngp ? "nngp " : "") + (request.ntk ? "ntk " : "") +
       (request.all_layers ? "all layers" : "last layer"));
  line(report::shortest(request.tolerance));
  line(type == storage::ElementType::float64 ? "float64" : "float32");
  line(std::to_string(x.digest()));
  line(y == nullptr ? "itself" : std::to_string(y->digest()));
  return digest;
}

PreparedNetwork GramKernel::used_network() const {
  PreparedNetwork used = network_;
  if (!closed()) used.closed.reset();
  return used;
}

void GramKernel::fill(std::span<double> out, unsigned threads, const Watch* watch) const {
  gram::gram_in_memory(*engine_, out, threads, watch);
}

job::Stats GramKernel::write(job::FileRequest file, const job::Effort& effort) const {
  file.digest = digest_of_job(used_network(), request_, file.type, rows_x_, y_ ? &rows_y_ : nullptr).value();
  return job::fill(gram::MatrixPieces(*engine_), file, effort);
}

}  // namespace widegeo::api
