# Every word of this project. `make` alone prints them.
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
PYTHON := .venv/bin/python
STACK := $(PYTHON) -m deploy.local
LOCKS := deploy/python
UV ?= uv

.PHONY: help setup demo up down status logs rebuild reconcile check test proof faults bench contracts lock clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:  ## 安装运行所需 / install what running needs: .venv, locked requirements, the three servers
	@deploy/local/setup.sh runtime servers

demo: setup  ## 小城十四天，真实服务，逐项核对 / fourteen days of a small city, every integer checked [SEED= END= KEEP=1]
	@$(PYTHON) -m deploy.demo

up: setup  ## 启动本地环境并等到就绪 / start the local stack, wait until it is healthy, print the addresses
	@$(STACK) up

down:  ## 停止本地环境，不留进程 / stop the local stack; nothing is left running
	@if [ -x $(PYTHON) ]; then $(STACK) down; else echo "尚未安装，无可停止 / not set up, so nothing runs"; fi

status:  ## 各部分的状态 / the state and health of each part
	@test -x $(PYTHON) || { echo "先执行 / first run: make setup" >&2; exit 1; }
	@$(STACK) status

logs:  ## 跟踪日志 / follow the logs [NAME=registry]
	@test -x $(PYTHON) || { echo "先执行 / first run: make setup" >&2; exit 1; }
	@$(STACK) logs $(NAME)

rebuild:  ## 由流水重建事实 / make facts anew from the journal [ARGS="--from 2026-11-01 --to 2026-11-08 --site xili-1"]
	@$(STACK) run adoption-worker -- python -m services.adoption rebuild $(ARGS)

reconcile:  ## 事实与 InfluxDB 对账 / name every difference between facts and InfluxDB [ARGS as above]
	@$(STACK) run adoption-worker -- python -m services.adoption reconcile $(ARGS)

check:  ## 格式、规范、类型、依赖、单元测试 / format, lint, types, imports, unit, architecture and contract tests
	@deploy/local/setup.sh dev
	@echo "[1/5] 格式 / format" && .venv/bin/ruff format --quiet --check .
	@echo "[2/5] 规范 / lint" && .venv/bin/ruff check --quiet .
	@echo "[3/5] 类型 / types" && .venv/bin/mypy --no-error-summary
	@echo "[4/5] 依赖方向 / imports" && .venv/bin/lint-imports
	@echo "[5/5] 测试 / tests" && $(PYTHON) -m pytest -q -n 2 tests/unit tests/architecture tests/contracts

test:  ## check，再加真实服务与浏览器上的测试 / check, then the tests on real servers and in a real browser
	@deploy/local/setup.sh dev servers browser
	@$(MAKE) check
	@$(PYTHON) -m pytest -q -n 3 --dist loadfile \
	  tests/system tests/integration/test_telemetry_*.py tests/integration tests/browser

proof:  ## 更长的证明 / what takes longer to show: 2,000 requests per operation of the registry [PILOTLIGHT_SEED=]
	@deploy/local/setup.sh dev
	@PILOTLIGHT_EXAMPLES=2000 $(PYTHON) -m pytest -q -n 2 tests/integration/test_registry_schemathesis.py

faults: setup  ## 逐项故障演练，核对零丢失零重复 / one fault at a time: nothing missing or double [SEED= RECORDS= LASTS= ONLY=]
	@$(PYTHON) -m tests.faults

bench: setup  ## 性能实测，与目标对照，并列出热点 / measure the numbers to reach, and where the time goes [ROWS= ONLY=]
	@$(PYTHON) -m tests.bench

contracts:  ## 由代码生成契约文件 / write JSON Schema and AsyncAPI from the code into shared/contracts/schemas
	@$(PYTHON) -m shared.contracts.generate

lock:  ## 重新锁定依赖 / lock the requirements again (needs uv; [UV=path])
	@$(UV) pip compile --python-version 3.11 --generate-hashes --custom-compile-command "make lock" --quiet \
	  pyproject.toml -o $(LOCKS)/requirements.txt
	@$(UV) pip compile --python-version 3.11 --generate-hashes --custom-compile-command "make lock" --quiet --extra dev \
	  -c $(LOCKS)/requirements.txt pyproject.toml -o $(LOCKS)/requirements-dev.txt

clean: down  ## 停止并删除 .venv、缓存与 var/ 中的数据 / stop, and remove .venv, caches and the data under var/
	@rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
