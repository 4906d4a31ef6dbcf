// Regression through the program: what is refused, and the digits as numpy solves them.
#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include "testing/run_program.hpp"

using namespace widegeo::testing;

TEST_CASE("regress: bad usage is refused") {
  const ScratchFolder scratch;
  const std::string file = scratch.write("data.csv", "1,2,0\n3,4,1\n5,6,0\n1,1,1\n2,5,1\n");
  const std::string regress = "regress --activation erf --input " + file + " --columns 1:2 ";
  check_refused("regress --activation erf", 2, "--input");
  check_refused(regress + "--train 1:3", 2, "--target");
  check_refused(regress + "--target-column 3", 2, "--train");
  check_refused(regress + "--target-column 2 --train 1:3", 2, "among the coordinates");
  check_refused("regress --activation erf --input " + file + " --target-column 3 --train 1:3", 2, "--columns");
  check_refused(regress + "--target-column 4 --train 1:3", 2, "no column 4");
  check_refused(regress + "--target-column 3 --train 1:9", 2, "--train");
  check_refused(regress + "--target-column 3 --train 1-3", 2, "FIRST:LAST");
  check_refused(regress + "--target-column 3 --train 1:5", 2, "left to predict");
  check_refused(regress + "--target-column 3 --train 1:3 --test 3:4", 2, "--test");
  check_refused(regress + "--target-column 3 --train 1:3 --ridge -1", 2, "--ridge");
  check_refused(regress + "--target-column 3 --train 1:3 --kind all", 2, "--kind");
  check_refused(regress + "--targets " + scratch.write("two.csv", "1\n2\n") + " --train 1:3", 2,
                "5 rows of points but 2");
  check_refused(
      regress + "--targets " + scratch.write("pair.csv", "1,1\n2,1\n1,1\n2,2\n1,1\n") + " --train 1:3 --classes", 2,
      "one column");
  check_refused(regress + "--targets " + scratch.write("half.csv", "0\n1.25\n0\n1\n1\n") + " --train 1:3 --classes", 2,
                "1.25 is not a whole number");
  check_refused(regress + "--targets " + scratch.write("one.csv", "1\n1\n1\n0\n1\n") + " --train 1:3 --classes", 2,
                "of one class");
  check_refused("regress --activation step --kind ntk --input " + file + " --columns 1:2 --target-column 3 --train 1:3",
                2, "does not exist");
  const std::string twice = scratch.write("twice.csv", "1,2,0\n1,2,1\n5,6,0\n");
  check_refused("regress --activation erf --input " + twice + " --columns 1:2 --target-column 3 --train 1:2 --ridge 0",
                2, "not positive definite");
}

TEST_CASE("regress: the digits, as numpy solves them on the same matrices") {
  if (std::system("python3 -c 'import numpy' 2>/dev/null") != 0) {
    MESSAGE("skipped: python3 has no numpy here");
    return;
  }
  const std::string source = WIDEGEO_SOURCE_DIR;
  const std::string command = "python3 " + source + "/validation/peers/digits_regression.py " + WIDEGEO_BINARY_DIR +
                              "/widegeo " + source + "/validation/data/digits.csv.gz relu erf";
  CHECK(std::system(command.c_str()) == 0);
}
