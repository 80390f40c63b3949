# The front door. Every target is a line or two over the CMake presets; `make help` lists them. All that is built goes
# below BUILD_DIR.
PREFIX ?= /usr/local
DESTDIR ?=
BUILD_DIR ?= build
BUILD ?= $(BUILD_DIR)/release
export PREFIX DESTDIR BUILD BUILD_DIR

.PHONY: all demo test kernels everywhere faults places conformance-wine bench bench-wine asan tsan lint format install uninstall package release clean help
.DEFAULT_GOAL := all

all: ## build the release libraries and tools
	@tools/build release

demo: ## show the main job: a Windows program kept alive through a firewall
	@tools/build release demo_parts
	@demo/run "$$BUILD_DIR/release"

test: ## build and run all tests
	@tools/build dev
	@tools/run-tests dev

places: ## run the tests where rights are missing and names are odd
	@tools/build dev
	@tools/places

faults: ## play what may go wrong, and count which programs and connections are alive afterwards
	@tools/build dev
	@tools/faults --build "$$BUILD_DIR/dev"

conformance-wine: ## ask the conformance programs under Wine, too, and write the table
	@tools/setup --wine
	@tools/build dev conformance_programs
	@tests/conformance/wine --write

everywhere: ## build and test in fresh roots of Debian 12 and 13, with g++ and clang, and for arm64; write docs/platforms.md
	@tools/setup --everywhere
	@tools/everywhere

kernels: ## run the tests on Debian's kernels, in qemu, and write docs/kernels.md
	@tools/setup --kernels
	@tools/build dev
	@tools/kernels

asan: ## run the fast and net tests under AddressSanitizer
	@tools/build asan
	@tools/run-tests asan

tsan: ## run the fast and net tests under ThreadSanitizer
	@tools/build tsan
	@tools/run-tests tsan

bench: ## measure speed against the raw system calls
	@tools/build bench
	@bench/run "$$BUILD_DIR/bench"

bench-wine: ## calls and completion ports beside Wine
	@tools/build bench calls_alone_ours calls_alone_raw port_bench
	@bench/wine "$$BUILD_DIR/bench" || test $$? = 77

lint: ## check format, layers, sources and clang-tidy
	@[ -e "$$BUILD_DIR/dev/build.ninja" ] || tools/setup
	@tools/lint

format: ## format the sources in place
	@tools/format

install: all ## install into PREFIX (default /usr/local), below DESTDIR if given
	@tools/install "$$BUILD" "$$PREFIX" "$$DESTDIR"

uninstall: ## remove what was installed into PREFIX, below DESTDIR if given
	@tools/install --remove "$$BUILD" "$$PREFIX" "$$DESTDIR"

package: ## the Debian packages, and a tarball of the command alone, into BUILD_DIR/package/
	@tools/setup --package
	@tools/package

release: ## check that this commit can be released, and pack its sources into BUILD_DIR/releases/
	@tools/release

clean: ## remove BUILD_DIR (build/)
	@rm -rf -- "$$BUILD_DIR"

help: ## this list
	@awk -F ':.*## ' '/^[a-z %-]+:.*## /{printf "make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
