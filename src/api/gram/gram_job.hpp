// What an array of kernels in a file depends on.
#pragma once

#include "api/gram/gram.hpp"
#include "storage/digest.hpp"

namespace widegeo::api {

/// Of everything that the numbers in the file and their places depend on. y == nullptr: x with itself.
storage::Digest digest_of_job(const PreparedNetwork& network, const gram::GramRequest& request,
                              storage::ElementType type, const ExactRows& x, const ExactRows* y);

}  // namespace widegeo::api
