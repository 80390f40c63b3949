# The front door. Every target is a line or two over the CMake presets; `make help` lists them.
PREFIX ?= /usr/local
DESTDIR ?=
BUILD ?= build/release
export PREFIX DESTDIR BUILD

.PHONY: all demo test kernels faults conformance-wine bench bench-wine asan tsan lint format install uninstall clean help
.DEFAULT_GOAL := all

all: build/release/build.ninja ## build the release libraries and tools
	@cmake --build --preset release

build/%/build.ninja: CMakePresets.json
	@tools/setup
	@mkdir -p build; echo "preparing the $* build; building takes some minutes the first time"
	@cmake --preset $* >build/$*.configure.log 2>&1 || { cat build/$*.configure.log; exit 1; }
	@grep -h '^-- wsalive:' build/$*.configure.log || true

demo: build/release/build.ninja ## show the main job: a Windows program kept alive through a firewall
	@cmake --build --preset release --target demo_parts -- --quiet
	@demo/run build/release

test: build/dev/build.ninja ## build and run all tests
	@cmake --build --preset dev -- --quiet
	@tools/run-tests dev

faults: build/dev/build.ninja ## play what may go wrong, and count which programs and connections are alive afterwards
	@cmake --build --preset dev -- --quiet
	@tools/faults

conformance-wine: build/dev/build.ninja ## ask the conformance programs under Wine, too, and write the table
	@tools/setup --wine
	@cmake --build --preset dev --target conformance_programs -- --quiet
	@tests/conformance/wine --write

kernels: build/dev/build.ninja ## run the tests on Debian's kernels, in qemu, and write docs/kernels.md
	@tools/setup --kernels
	@cmake --build --preset dev -- --quiet
	@tools/kernels

asan: build/asan/build.ninja ## run the fast and net tests under AddressSanitizer
	@cmake --build --preset asan -- --quiet
	@tools/run-tests asan

tsan: build/tsan/build.ninja ## run the fast and net tests under ThreadSanitizer
	@cmake --build --preset tsan -- --quiet
	@tools/run-tests tsan

bench: build/bench/build.ninja ## measure speed against the raw system calls
	@cmake --build --preset bench -- --quiet
	@bench/run build/bench

bench-wine: build/bench/build.ninja ## calls and completion ports beside Wine
	@cmake --build --preset bench --target calls_alone_ours calls_alone_raw port_bench -- --quiet
	@bench/wine build/bench || test $$? = 77

lint: build/dev/build.ninja ## check format, layers, sources and clang-tidy
	@tools/lint

format: ## format the sources in place
	@tools/format

install: all ## install into PREFIX (default /usr/local), below DESTDIR if given
	@tools/install "$$BUILD" "$$PREFIX" "$$DESTDIR"

uninstall: ## remove what was installed into PREFIX, below DESTDIR if given
	@tools/install --remove "$$BUILD" "$$PREFIX" "$$DESTDIR"

clean: ## remove build/
	@rm -rf build

help: ## this list
	@awk -F ':.*## ' '/^[a-z %-]+:.*## /{printf "make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
