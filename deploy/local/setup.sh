#!/usr/bin/env bash
# Install what is missing; a second run finds nothing to do and takes no time.
#   setup.sh runtime|dev   .venv with the locked requirements (dev: those of tests and checks too)
#   setup.sh servers       Debian packages of the three servers, without starting any system-wide server;
#                          after dev also PostgreSQL, on which the tests run the registry once more
#   setup.sh browser       Debian's Chromium, in which the tests open the registry's page
set -euo pipefail
cd "$(dirname "$0")/../.."

PACKAGES="mosquitto mosquitto-clients rabbitmq-server influxdb"
POLICY=/usr/sbin/policy-rc.d
POLICY_MARK="pilotlight set-up: no server may start while packages are installed"
LOG=$(mktemp)
POLICY_IS_OURS=""

finish() { # also after a failure
  rm -f "$LOG"
  if [ -n "$POLICY_IS_OURS" ] && grep -qs "$POLICY_MARK" "$POLICY"; then as_root rm -f "$POLICY"; fi
}
trap finish EXIT
trap 'exit 130' INT TERM

say() { printf '%s\n' "$*"; }
fail() { printf '错误 / error: %s\n' "$*" >&2; exit 1; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
may_install() {
  command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
}

# Count the lines of standard input that match a pattern; say how far it is, ten times over the whole way.
progress() { # pattern total
  awk -v pattern="$1" -v total="$2" '
    $0 ~ pattern { done++; if (total && int(done * 10 / total) > tenth) {
      tenth = int(done * 10 / total); printf "  %d/%d\n", done, total; fflush() } }'
}

apt_install() { # packages: as root or with sudo, and with our policy-rc.d in the way of every server
  local total
  say "  软件源索引 / package index: apt-get update"
  as_root apt-get -qq -o DPkg::Lock::Timeout=300 update >"$LOG" 2>&1 || { tail -n 5 "$LOG" >&2; fail "apt-get update"; }
  if [ ! -e "$POLICY" ]; then
    POLICY_IS_OURS=yes
    printf '#!/bin/sh\n# %s\nexit 101\n' "$POLICY_MARK" | as_root tee "$POLICY" >/dev/null
    as_root chmod 755 "$POLICY"
  fi
  total=$(apt-get -s install --no-install-recommends "$@" 2>/dev/null | grep -c '^Inst ' || true)
  say "  下载并安装 $total 个软件包 / downloading and installing $total packages"
  as_root env LC_ALL=C DEBIAN_FRONTEND=noninteractive apt-get -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
    install --no-install-recommends "$@" 2>&1 | tee "$LOG" | progress '^(Get:|Unpacking |Setting up )' "$((total * 3))" ||
    { tail -n 15 "$LOG" >&2; fail "apt-get install $*"; }
}

keep_down() { # packages this run installed: their servers neither run nor start with the machine
  local unit
  for unit in $(dpkg -L "$@" | sed -nE 's#^(/usr)?/lib/systemd/system/([^@/]+\.(service|socket))$#\2#p' | sort -u); do
    if command -v systemctl >/dev/null; then
      as_root systemctl disable "$unit" >/dev/null 2>&1 || true # a unit may have nothing to disable
    else
      as_root update-rc.d "${unit%.*}" disable >/dev/null 2>&1 || true
    fi
    if [ -d /run/systemd/system ]; then
      as_root systemctl stop "$unit" >/dev/null 2>&1 || true
    elif [ -z "$POLICY_IS_OURS" ] && [ -x "/etc/init.d/${unit%.*}" ]; then # the policy that was there may have let it start
      as_root "/etc/init.d/${unit%.*}" stop >/dev/null 2>&1 || true
    fi
  done
}

running_epmd() { # ids
  local each
  for each in /proc/[0-9]*; do
    if [ "$(cat "$each/comm" 2>/dev/null)" = epmd ]; then say "${each#/proc/}"; fi
  done
}

end_new_epmd() { # ids that ran before: an epmd that the packages' scripts left is ended, no other
  local pid
  for pid in $(running_epmd); do
    grep -qxF "$pid" <<<"$1" || as_root kill "$pid" || true
  done
}

installed() { dpkg-query -W -f '${Status}\n' "$1" 2>/dev/null | grep -q '^install ok installed'; }

python_command() {
  local each
  for each in "${PYTHON:-python3.11}" python3; do
    if "$each" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then say "$each"; return; fi
  done
  fail "需要 Python 3.11 / Python 3.11 is needed (PYTHON=path)"
}

make_venv() {
  local python
  [ -x .venv/bin/python ] && .venv/bin/python -m pip --version >/dev/null 2>&1 && return
  python=$(python_command)
  say "[venv] 创建 .venv / making .venv"
  if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    may_install || fail "缺少 python3-venv / python3-venv is missing; 以 root 执行 / run as root: apt-get install python3-venv $PACKAGES"
    apt_install python3-venv
  fi
  "$python" -m venv --clear .venv
}

requirements() { # lock: install it unless this very lock is installed
  local lock=$1 stamp sum
  stamp=.venv/.installed-$(basename "$lock" .txt)
  sum=$(sha256sum <"$lock")
  [ "$(cat "$stamp" 2>/dev/null)" = "$sum" ] && return
  say "[python] 安装 $(grep -c '==' "$lock") 个 Python 包 / installing Python packages: $lock"
  .venv/bin/python -m pip install --disable-pip-version-check --no-input --progress-bar off --require-hashes \
    --only-binary :all: -r "$lock" 2>&1 | tee "$LOG" | progress '^(Collecting|Requirement already)' "$(grep -c '==' "$lock")" ||
    { tail -n 15 "$LOG" >&2; fail "pip install -r $lock"; }
  printf '%s\n' "$sum" >"$stamp"
}

servers() {
  local missing=() package had_epmd of_tests=()
  command -v mosquitto >/dev/null || [ -x /usr/sbin/mosquitto ] || missing+=(mosquitto)
  command -v mosquitto_sub >/dev/null || missing+=(mosquitto-clients)
  [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || missing+=(rabbitmq-server)
  command -v influxd >/dev/null || [ -x /usr/bin/influxd ] || missing+=(influxdb)
  if [[ " $* " == *" dev "* ]] && ! { [ -x /usr/lib/postgresql/15/bin/postgres ] || command -v postgres >/dev/null; }; then
    missing+=(postgresql)
    of_tests+=(postgresql-common) # the unit is this package's
  fi
  [ ${#missing[@]} = 0 ] && return
  say "[servers] 安装 / installing: ${missing[*]}"
  may_install || fail "缺少软件包 / packages are missing: ${missing[*]}
  以 root 执行 / run as root: apt-get install ${missing[*]}"
  local new=()
  for package in mosquitto rabbitmq-server influxdb erlang-base "${of_tests[@]}"; do
    installed "$package" || new+=("$package")
  done
  had_epmd=$(running_epmd)
  apt_install "${missing[@]}"
  [ ${#new[@]} = 0 ] || keep_down "${new[@]}"
  end_new_epmd "$had_epmd"
}

browser() {
  command -v chromium >/dev/null && return
  say "[browser] 安装 / installing: chromium"
  may_install || fail "缺少 Chromium / Chromium is missing; 以 root 执行 / run as root: apt-get install chromium"
  apt_install chromium
}

for part in "$@"; do
  case $part in
    runtime)
      make_venv
      [ "$(cat .venv/.installed-requirements-dev 2>/dev/null)" = "$(sha256sum <deploy/python/requirements-dev.txt)" ] ||
        requirements deploy/python/requirements.txt
      ;;
    dev) make_venv && requirements deploy/python/requirements-dev.txt ;;
    servers) servers "$@" ;;
    browser) browser ;;
    *) fail "setup.sh runtime|dev|servers|browser" ;;
  esac
done
