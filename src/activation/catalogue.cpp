// Index of the catalogue. The entries are in catalogue_*.cpp, one file per family.
#include "activation/catalogue.hpp"

#include <algorithm>
#include <unordered_map>

namespace widegeo {
namespace {

const std::vector<CatalogueEntry>& entries() {
  static const std::vector<CatalogueEntry> all = [] {
    std::vector<CatalogueEntry> list;
    for (auto family : {catalogue_sigmoidal, catalogue_rectifier, catalogue_analytic}) {
      for (CatalogueEntry& entry : family()) list.push_back(std::move(entry));
    }
    return list;
  }();
  return all;
}

}  // namespace

std::string normalised_name(std::string_view name) {
  std::string key(name);
  std::ranges::transform(key, key.begin(), [](char c) {
    if (c == '_') return '-';
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return key;
}

std::span<const CatalogueEntry> catalogue() { return entries(); }

const CatalogueEntry* find_entry(std::string_view name) {
  static const std::unordered_map<std::string, const CatalogueEntry*> index = [] {
    std::unordered_map<std::string, const CatalogueEntry*> map;
    for (const CatalogueEntry& entry : entries()) {
      map.emplace(entry.name, &entry);
      for (const std::string& alias : entry.aliases) map.emplace(alias, &entry);
    }
    return map;
  }();
  const auto found = index.find(normalised_name(name));
  return found == index.end() ? nullptr : found->second;
}

}  // namespace widegeo
