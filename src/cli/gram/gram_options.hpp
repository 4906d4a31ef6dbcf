// What a Gram matrix is asked for beyond the model: the file, its numbers, and the memory to work in.
#pragma once

#include "api/gram/gram.hpp"
#include "cli/program/commands.hpp"

namespace widegeo::cli {

struct ArrayOptions {
  job::FileRequest file;
  bool csv = false;
};

/// nngp, ntk or both; nngp without the option.
struct Kinds {
  bool nngp = true, ntk = false;
  std::string text() const { return nngp && ntk ? "both" : ntk ? "ntk" : "nngp"; }
};
Kinds make_kinds(const Options& options);

/// --kind, --all-layers, --tolerance. Throws Error(input) for an NTK that does not exist.
gram::GramRequest make_gram_request(const Options& options, const PreparedNetwork& network);

/// Throws Error(io) for an array that exists, without `force`.
void check_array_output(const std::string& path, bool force);

/// Throws Error(input) for what makes no sense, Error(io) for an output that exists (without --force). Derivatives go
/// to .npy alone.
ArrayOptions make_array_options(const Options& options, bool derivatives = false);

/// "64M", "1.5GiB", "100000": bytes. Suffixes k, M, G, T are powers of 1024.
std::size_t parse_bytes(const std::string& text, const std::string& option);

}  // namespace widegeo::cli
