# Debian's own Python, if it can make an environment: it gets Debian's mends, and it is compiled with profiles.
PYTHON ?= $(shell /usr/bin/python3.11 -c 'import ensurepip; print("/usr/bin/python3.11")' 2>/dev/null || echo python3)

.PHONY: up test check lock bench soak

up: ## set up what is needed and serve the portal
	@$(PYTHON) portal/runtime/bootstrap.py up

test: ## every test, layer by layer, each within its time
	@$(PYTHON) portal/runtime/bootstrap.py test

check: ## lint, types, import direction, fast tests
	@$(PYTHON) portal/runtime/bootstrap.py check

lock: ## resolve pyproject.toml into requirements/, with hashes
	@$(PYTHON) portal/runtime/bootstrap.py lock

bench: ## measured comparisons
	@$(PYTHON) portal/runtime/bootstrap.py bench

soak: ## long randomised runs: the API against its schema, and who learns what of hidden things
	@$(PYTHON) portal/runtime/bootstrap.py soak
