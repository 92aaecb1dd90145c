# Gongjian 党工共建. On a bare machine type: make run
#
#   make run PORT=9000 DATA_DIR=/srv/gongjian

PORT     ?= 8000
DATA_DIR ?= var
export PORT DATA_DIR

# The first Python that really starts and is new enough; a pyenv shim may exist and not start.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
ifeq ($(strip $(PYTHON)),)
$(error 需要 Python 3.11 或更新版本（Debian/Ubuntu：sudo apt-get install python3 python3-venv）。 Python 3.11 or newer is needed)
endif

.DEFAULT_GOAL := help
.PHONY: help run stop setup test check matrix faults lint bench guides lock clean

help:     ## this list
	@grep -E '^[a-z]+: +##' $(MAKEFILE_LIST) | sed 's/: *## /	/'

run:      ## install, start everything and load the demo region; Ctrl-C stops
	@$(PYTHON) -m tools.run

stop:     ## stop what runs on DATA_DIR
	@$(PYTHON) -m tools.stop

setup:    ## install for development, without starting anything
	@$(PYTHON) -m tools.bootstrap dev

test:     ## every rule and every test, as the continuous check runs them
	@$(PYTHON) -m tools.test

check:    ## the quick part: every rule, and the tests of what was changed
	@$(PYTHON) -m tools.test --quick

matrix:   ## every address × every actor × near and far rows; report in build/matrix.html
	@$(PYTHON) -m tools.test --matrix

faults:   ## kill, freeze and wipe every part while people work; figures at the end
	@$(PYTHON) -m tools.test --faults

lint:     ## the rules only, no tests
	@$(PYTHON) -m tools.test --rules

bench:    ## measure against the goals, on a database of its own
	@$(PYTHON) -m tools.within bench -- python -m bench $(ARGS)

guides:   ## the users' and operators' guides as pages in build/guides, with pictures of the demo
	@$(PYTHON) -m tools.guides

lock:     ## pin the packages anew after a change of pyproject.toml
	@$(PYTHON) -m tools.lock $(ARGS)

clean:    ## remove what can be made again; data stays
	@$(PYTHON) -m tools.clean
