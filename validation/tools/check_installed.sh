#!/usr/bin/env bash
# The library as others use it: installed below BUILD, found by CMake and by pkg-config from a project outside of the tree, and three programs
# that must print what docs/guide/cpp.md shows.
#   check_installed.sh BUILD
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$1
prefix=$PWD/$build
[[ $build = /* ]] && prefix=$build
prefix+=/installed
cmake --build "$build" --target widegeo_library
rm -rf "$prefix"
cmake --install "$build" --prefix "$prefix" >/dev/null
cmake -S docs/guide/cpp -B "$prefix/examples" -DCMAKE_PREFIX_PATH="$prefix" >/dev/null
cmake --build "$prefix/examples"
for example in curvature gram claims; do
  shown=$(sed -n "/^\[$example.cpp\]/,/^\[/p" docs/guide/cpp.md | sed -n 's/^    //p')
  printed=$("$prefix/examples/$example")
  if [[ $shown != "$printed" ]]; then
    printf 'docs/guide/cpp.md shows of %s\n%s\nand it prints\n%s\n' "$example" "$shown" "$printed" >&2
    exit 1
  fi
done
pc=$(dirname "$(find "$prefix" -name widegeo.pc)")
read -ra flags <<<"$(PKG_CONFIG_PATH=$pc pkg-config --cflags --libs --static widegeo)"
g++ -std=c++20 docs/guide/cpp/curvature.cpp -o "$prefix/by_pkg_config" "${flags[@]}"
[[ $("$prefix/by_pkg_config") == "$("$prefix/examples/curvature")" ]]
echo "three programs print what docs/guide/cpp.md shows"
