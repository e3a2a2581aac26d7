# Everything a person types. Plain `make` prints this help.

PYTHON ?= python3
TARGET ?= sandbox
DERIVED := $(or $(OUT),generated)
BIN := .venv/bin
PATH := $(CURDIR)/$(BIN):$(PATH)
export PATH

# make turns each failure into its own code 2, but in question mode it hands on the code of a `+` recipe, so that
# `make contract` can end 1 (broken) and 2 (could not be judged). Nothing but `+` recipes runs then.
judging := $(filter contract changes release,$(MAKECMDGOALS))
ifneq (,$(judging))
ifneq ($(judging),$(MAKECMDGOALS))
$(error $(judging) hands on its exit code only alone: run `make $(judging)` and the other commands one after the other)
endif
ifneq (,$(findstring n,$(firstword -$(MAKEFLAGS))))
$(error a dry run of $(judging) is not possible: it would be a real one)
endif
MAKEFLAGS += -q
endif

.DEFAULT_GOAL := help
.PHONY: help contract mock sandbox proxy web docs generate changes release lint lock test proof bench clean

help: ## Print this help
	@echo 'usage: make <target> [NAME=value …]'
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo 'contract takes TARGET=sandbox|prism|proxy or BASE_URL=https://…, PROFILE=quick|deep, STRICT=1, SEED=number;'
	@echo 'with BASE_URL also the PUFFLE_… variables of .env.example, from the environment or from .env; for a host that'
	@echo 'is not this machine CONFIRM=host, RATE=5, RESTORE=off; CASE=… runs one case again, REPORT=folder names a folder.'
	@echo 'It ends 0 where the contract is kept, 1 where it is broken, 2 where it could not be judged.'
	@echo
	@echo 'changes ends 0 where nothing breaks or info.version says so, 1 where it does not, 2 where that cannot be judged;'
	@echo 'release ends 0 where it was released, 1 where something speaks against it, 2 where that cannot be told.'
	@echo
	@echo '`pip install .` gives the command puffle (here .venv/bin/puffle): puffle --help prints its manual.'
	@echo
	@echo "sandbox takes more in ARGS, such as ARGS='--latency 50ms-2s --fail 5%=429'; ARGS=--help prints it all."

contract: .venv/.ready $(if $(filter prism proxy,$(TARGET)),node_modules/.ready) ## Judge an implementation: the sandbox, Prism, or any BASE_URL
	+@$(if $(BASE_URL),,python -m mock.run $(TARGET) --) python -m contract_tests

mock: .venv/.ready node_modules/.ready ## Serve Prism, which answers from the contract's examples (PORT=4010)
	@exec python -m mock.prism --port $(or $(PORT),4010)

sandbox: .venv/.ready node_modules/.ready ## Serve the sandbox, which keeps the rules and remembers edits (PORT=4011, DATA=file.db)
	@exec python -m mock.sandbox --port $(or $(PORT),4011) $(if $(DATA),--data '$(DATA)') $(ARGS)

proxy: .venv/.ready node_modules/.ready ## Serve Prism in front of UPSTREAM=https://…, validating live traffic (PORT=4012)
	@exec python -m mock.prism --port $(or $(PORT),4012) --upstream '$(UPSTREAM)'

web: .venv/.ready node_modules/.ready ## Serve examples/web, a form that edits a lead, with its own TARGET=sandbox|prism (PORT=4013)
	@exec env PORT=$(or $(PORT),4013) python -m mock.run $(TARGET) -- node examples/web/serve.mjs

docs: .venv/.ready node_modules/.ready ## Build the contract as one page that needs no network, which the sandbox serves too (OUT=docs)
	@python -m pages '$(OUT)'

generate: .venv/.ready node_modules/.ready ## Rebuild all that is derived from openapi.yaml: Python client, TypeScript types (OUT=generated)
	@new='$(DERIVED)/.new'; trap 'rm -rf "$$new"' EXIT; trap 'exit 130' INT TERM; rm -rf "$$new" && mkdir -p "$$new" \
	  && openapi-python-client generate --path openapi.yaml --config openapi-python-client.yaml --meta none \
	    --fail-on-warning --output-path "$$new/puffle_client" >/dev/null \
	  && node_modules/.bin/openapi-typescript openapi.yaml --output "$$new/puffle.d.ts" >/dev/null \
	  && rm -rf '$(DERIVED)/puffle_client' '$(DERIVED)/puffle.d.ts' && mv "$$new"/* '$(DERIVED)' \
	  || { echo '$(DERIVED) stays as it was: mend openapi.yaml, `make lint` names what is wrong' >&2; exit 2; }
	@echo '$(DERIVED)/puffle_client and $(DERIVED)/puffle.d.ts rebuilt from openapi.yaml'

changes: .venv/.ready ## Say what has changed in the contract since BASE=<git ref>, and what that breaks (the last release)
	+@python -m changes -- '$(BASE)'

release: .venv/.ready node_modules/.ready ## Test, build, try and tag VERSION=1.2.3, where nothing speaks against it
	+@python -m release -- '$(VERSION)'

lint: .venv/.ready node_modules/.ready ## Check the contract (Redocly), the Python (ruff, mypy --strict) and the types (tsc)
	@REDOCLY_TELEMETRY=off node_modules/.bin/redocly lint openapi.yaml --max-problems 1000
	@ruff check --quiet
	@ruff format --check --quiet
	@mypy --no-error-summary
	@node_modules/.bin/tsc --noEmit --strict generated/puffle.d.ts
	@node_modules/.bin/tsc --project examples/web
	@echo 'lint: no problem found'

test: .venv/.ready node_modules/.ready ## Run the project's own tests
	@pytest --numprocesses auto --dist worksteal $(ARGS)

proof: .venv/.ready ## Print which rules' tests see which broken implementation (part of make test)
	@pytest --numprocesses auto --dist worksteal --matrix $(ARGS) tests/test_proof.py

bench: .venv/.ready node_modules/.ready benchmarks/node_modules/.ready ## Measure the sandbox beside Prism and Steady (needs wrk), the tests beside schemathesis, puffle's start, generating
	@python -m benchmarks --write $(ARGS)
	@python -m benchmarks.verdicts --write
	@python -m benchmarks.startup --write
	@python -m benchmarks.generate --write

lock: .venv/.ready ## Pin the newest Python and Node tools that pyproject.toml and package.json allow
	@uv pip compile --quiet --universal --generate-hashes --no-header --upgrade --python-version 3.11 \
	  --group dev pyproject.toml -o requirements/dev.txt
	@grep '^uv==' requirements/dev.txt | cut -d ' ' -f 1 | uv pip compile --quiet --universal --generate-hashes \
	  --no-header -o requirements/uv.txt -
	@npm install --package-lock-only --silent
	@npm install --package-lock-only --silent --prefix benchmarks

clean: ## Remove what the set-up and the tests left behind
	@rm -rf .venv node_modules benchmarks/node_modules contract-report docs .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/.ready: requirements/uv.txt requirements/dev.txt pyproject.toml
	+@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'Python 3.11 or newer is needed: name one with PYTHON=python3.12' >&2; exit 2; }
	+@echo 'setting up Python tools in .venv …' >&2
	+@{ $(PYTHON) -m venv --clear .venv \
	  && pip install -qq --disable-pip-version-check --require-hashes --requirement requirements/uv.txt \
	  && uv pip sync --quiet --python $(BIN)/python --compile-bytecode --require-hashes requirements/dev.txt \
	  && uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable . ; } || exit 2
	+@touch $@

benchmarks/node_modules/.ready: benchmarks/package.json benchmarks/package-lock.json benchmarks/.npmrc
	+@echo 'setting up Steady in benchmarks/node_modules …' >&2
	+@npm ci --prefix benchmarks --loglevel=error --no-progress >/dev/null || exit 2
	+@touch $@

node_modules/.ready: package.json package-lock.json .npmrc
	+@command -v npm >/dev/null || { echo 'Node 20.19+ or 22.12+ with npm is needed for this: see package.json' >&2; exit 2; }
	+@echo 'setting up Node tools in node_modules …' >&2
	+@npm ci --loglevel=error --no-progress >/dev/null || exit 2
	+@touch $@
