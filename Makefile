# Bare `make` lists the verbs. All of them work in a fresh clone: ./run makes the environment.
RUN := ./run

.DEFAULT_GOAL := help

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

check: ## check the embedded reference broker
	@$(RUN) nilometer check

test: ## run every test; what cannot run here is skipped with its reason
	@$(RUN) pytest -n 2 --dist loadgroup

lint: ## ruff, mypy strict, import contracts
	@$(RUN) ruff check && $(RUN) ruff format --check && $(RUN) mypy && $(RUN) lint-imports

selftest: ## switch on every known bug of the reference broker, and see that it is caught
	@$(RUN) nilometer selftest

extras: ## install Apache Kafka and the other brokers, clients and checkers that we did not write
	@$(RUN) nilometer extras install all

bench: ## benchmarks of the core log and the codecs
	@$(RUN) pytest benchmarks --benchmark-only -o testpaths=benchmarks

generate: ## write the message classes again from the table
	@$(RUN) python -m nilometer_reference.wire.generate_classes

docs: ## write the generated pages of docs/reference again
	@$(RUN) python -m nilometer.documentation

.PHONY: help check test lint selftest extras bench generate docs
