# Every command of the project. Plain `make` prints the help.

PYTHON ?= python3
BIN := .venv/bin
PATH := $(CURDIR)/$(BIN):$(PATH)
export PATH

# These count only when typed after `make`: an exported variable of the same name must not change what a command does.
TYPED := ARGS BASE BASE_URL CASE CONFIRM DATA OPERATIONS OUT PORT PROFILE RATE REPORT RESTORE SEED STRICT TARGET UPSTREAM VERSION
$(foreach name,$(TYPED),$(if $(filter command,$(origin $(name))),,$(eval $(name) :=)))
MOCK := $(or $(TARGET),sandbox)
DERIVED := $(or $(OUT),generated)

# make exports what is typed, so the shell expands it and no quote in a value can break the line.
option = $(if $($1),--$2 "$$$1")
switch = $(if $($1),$(if $(filter $($1),$2),$3,$(if $(filter $($1),$4),,$(error $1=$($1): use $(firstword $2) or $(firstword $4)))))
JUDGE = python -m contract_tests $(call option,BASE_URL,base-url) $(call option,PROFILE,profile) \
  $(call option,SEED,seed) $(call option,RATE,rate) $(call option,CASE,case) $(call option,REPORT,report) \
  $(call option,CONFIRM,confirm) $(call option,OPERATIONS,operations) $(call switch,STRICT,1,--strict,0) $(call switch,RESTORE,off,--no-restore,on)

# make replaces every exit code by 2, except in question mode, where it returns the code of a `+` recipe: this is how
# `make contract` can exit with 1 (failed) or 2 (could not be judged). Only `+` recipes run then.
judging := $(filter contract changes release,$(MAKECMDGOALS))
ifneq (,$(judging))
ifneq ($(judging),$(MAKECMDGOALS))
$(error `make $(judging)` must be the only target, because of its exit code: run the others separately)
endif
ifneq (,$(findstring n,$(firstword -$(MAKEFLAGS))))
$(error `make -n $(judging)` is not supported: it would run for real)
endif
MAKEFLAGS += -q
endif

.DEFAULT_GOAL := help
.PHONY: help contract contract-clean mock sandbox proxy web docs generate changes release check lint lint-contract lint-python \
  lint-types lock test proof bench clean

help: ## Print this help
	@echo 'usage: make <target> [NAME=value …]'
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo 'contract takes TARGET=sandbox|prism|proxy or BASE_URL=https://…, PROFILE=quick|deep, STRICT=1, SEED=number,'
	@echo 'and OPERATIONS=operationId,… to judge only those.'
	@echo 'BASE_URL also needs the PUFFLE_… variables of .env.example, from the environment or .env; a host that is not'
	@echo 'this machine also CONFIRM=host, and takes RATE=5 and RESTORE=off. CASE=… repeats one case, REPORT=folder sets'
	@echo 'where the report goes. Exit codes: 0 passed, 1 failed, 2 could not be judged.'
	@echo
	@echo 'changes exits with 0 if nothing breaks or info.version says so, 1 if it does not, 2 if it cannot be judged;'
	@echo 'release with 0 if it released, 1 if a check failed, 2 if a check could not be made.'
	@echo
	@echo '`pip install .` installs the command puffle (here .venv/bin/puffle); `puffle --help` is its manual.'
	@echo
	@echo "sandbox takes more options in ARGS, for example ARGS='--latency 50ms-2s --fail 5%=429'; ARGS=--help lists them."

contract: .venv/.ready $(if $(filter prism proxy,$(MOCK)),node_modules/.ready) ## Judge the sandbox, Prism or any BASE_URL by the contract
	+@$(if $(BASE_URL),,python -m mock.run '$(MOCK)' --) $(JUDGE)

contract-clean: .venv/.ready ## Remove what a crashed run of `make contract` left behind (BASE_URL=https://…)
	@python -m contract_tests.clean $(call option,BASE_URL,base-url) $(call option,CONFIRM,confirm)

mock: .venv/.ready node_modules/.ready ## Serve Prism, which responds with the contract's examples (PORT=4010)
	@exec python -m mock.prism --port $(or $(PORT),4010)

sandbox: .venv/.ready node_modules/.ready ## Serve the sandbox, a stateful mock that follows every rule (PORT=4011, DATA=file.db)
	@exec python -m mock.sandbox --port $(or $(PORT),4011) $(call option,DATA,data) $(ARGS)

proxy: .venv/.ready node_modules/.ready ## Serve Prism in front of UPSTREAM=https://…, validating live traffic (PORT=4012)
	@exec python -m mock.prism --port $(or $(PORT),4012) --upstream "$$UPSTREAM"

web: .venv/.ready node_modules/.ready ## Serve examples/web, the leads of a campaign in a browser, with a mock (TARGET=sandbox|prism, PORT=4013)
	@exec env PORT=$(or $(PORT),4013) python -m mock.run '$(MOCK)' -- node examples/web/serve.mjs

docs: .venv/.ready node_modules/.ready ## Build the reference page as one file that works offline (OUT=docs)
	@python -m pages "$$OUT"

generate: .venv/.ready node_modules/.ready ## Rebuild everything derived from openapi.yaml: client, types, printed manual (OUT=generated)
	@new='$(DERIVED)/.new'; trap 'rm -rf "$$new"' EXIT; trap 'exit 130' INT TERM; rm -rf "$$new" && mkdir -p "$$new" \
	  && python templates/prepare.py "$$new/.input" \
	  && openapi-python-client generate --path "$$new/.input/openapi.yaml" --config openapi-python-client.yaml --meta none \
	    --custom-template-path "$$new/.input/templates" --fail-on-warning --output-path "$$new/puffle_client" >/dev/null \
	  && cp templates/client/*.py "$$new/puffle_client" \
	  && node_modules/.bin/openapi-typescript openapi.yaml --output "$$new/puffle.d.ts" >/dev/null \
	  && rm -rf '$(DERIVED)/puffle_client' '$(DERIVED)/puffle.d.ts' && mv "$$new"/* '$(DERIVED)' \
	  || { echo '$(DERIVED) was not changed: fix openapi.yaml, `make lint` shows what is wrong' >&2; exit 2; }
	@$(if $(OUT),,python -m tests.cli_cases)
	@echo '$(DERIVED)/puffle_client and $(DERIVED)/puffle.d.ts rebuilt from openapi.yaml'

changes: .venv/.ready ## Show what changed in the contract since BASE=<git ref> (default: the last release), and what it breaks
	+@python -m changes -- "$$BASE"

release: .venv/.ready node_modules/.ready ## Test, build, try and tag VERSION=1.2.3, unless a check fails
	+@python -m release -- "$$VERSION"

check: .venv/.ready node_modules/.ready ## Run the fast tests: contract, drift, completeness, lint, units (under 40 s)
	@pytest --quiet --no-header -rN tests/contract
	@$(MAKE) --no-print-directory lint
	@pytest --numprocesses auto -m 'not slow' --ignore tests/contract $(ARGS)

test: check ## Run all of the project's own tests, the fast ones first
	@pytest --numprocesses auto --dist worksteal -m slow $(ARGS)

proof: .venv/.ready ## Judge every mutant and variant by all tests, and print which rules' tests fail
	@pytest --numprocesses auto --dist worksteal --matrix $(ARGS) tests/test_proof.py

lint: .venv/.ready node_modules/.ready ## Check the contract (Redocly), the Python (ruff, mypy --strict) and the types (tsc)
	@$(MAKE) --no-print-directory --jobs 3 --output-sync=target lint-contract lint-python lint-types
	@echo 'lint: no problems found'

lint-contract:
	@REDOCLY_TELEMETRY=off node_modules/.bin/redocly lint openapi.yaml --max-problems 1000

lint-python:
	@ruff check --quiet
	@ruff format --check --quiet
	@mypy --no-error-summary

lint-types:
	@node_modules/.bin/tsc --noEmit --strict generated/puffle.d.ts
	@node_modules/.bin/tsc --project examples/web

bench: .venv/.ready node_modules/.ready benchmarks/node_modules/.ready ## Compare speed and verdicts with Prism, Steady and schemathesis (needs wrk)
	@python -m benchmarks --write $(ARGS)
	@python -m benchmarks.roster --write
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

clean: ## Remove everything that setting up and testing created
	@rm -rf .venv node_modules benchmarks/node_modules contract-report docs .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/.ready: requirements/uv.txt requirements/dev.txt pyproject.toml
	+@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'Python 3.11 or newer is required: set PYTHON=python3.12, for example' >&2; exit 2; }
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
	+@command -v npm >/dev/null || { echo 'Node 20.19+ or 22.12+ with npm is required' >&2; exit 2; }
	+@echo 'setting up Node tools in node_modules …' >&2
	+@npm ci --loglevel=error --no-progress >/dev/null || exit 2
	+@touch $@
