#include "cli/program.hpp"

int main(int argc, char** argv) { return widegeo::cli::run(argc, argv); }
