# Forwards to CMake, ctest and the scripts; nothing is decided here.
BUILD ?= build
CMAKE_FLAGS ?=
JOBS ?= $(shell nproc)
.PHONY: deps build demo test bench peers check format

deps:
	.ci/install-packages build test demo

build: deps
	cmake -S . -B $(BUILD) -G Ninja $(CMAKE_FLAGS)
	cmake --build $(BUILD) --parallel $(JOBS) --target widegeo

demo: build
	bash validation/tools/demo.sh

test: build
	.ci/install-packages mpi
	cmake -S . -B $(BUILD) -DWIDEGEO_MPI=ON
	cmake --build $(BUILD) --parallel $(JOBS)
	bash validation/tools/run_tests.sh $(BUILD) --parallel $(JOBS)

bench: build
	.ci/install-packages bench
	cmake -S . -B $(BUILD) -DWIDEGEO_BENCH=ON
	cmake --build $(BUILD) --parallel $(JOBS) --target benchmarks
	bash validation/tools/bench.sh $(BUILD)

peers: build
	.ci/install-packages peers
	python3 -m venv $(BUILD)/peers-venv
	$(BUILD)/peers-venv/bin/pip install --quiet --requirement validation/peers/requirements.txt
	$(BUILD)/peers-venv/bin/python validation/peers/neural_tangents_gram.py $(BUILD)/widegeo

check:
	.ci/install-packages test check
	bash validation/tools/check_tree.sh

format:
	.ci/install-packages check
	git ls-files '*.hpp' '*.cpp' | xargs clang-format -i
