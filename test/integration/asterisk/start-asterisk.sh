#!/usr/bin/env bash
# Starts a real Asterisk for tests, on loopback only.
#
#   start-asterisk.sh [22|16]                   install if missing, configure, start, wait until AMI answers
#   start-asterisk.sh [22|16] --install-only
#   stop-asterisk.sh  [22|16]
#
# Prints AMI_PORT=... and the like on stdout, notes on stderr.
# Exit codes: 0 running, 3 cannot be installed here (the suite is pending), 1 start failed, 2 wrong use.
#
# No container, no chroot, no maintainer scripts: Debian's own packages are resolved and verified by a private apt root
# (the host's apt state stays as it is), unpacked with `dpkg -x`, and the binary is run through the unpacked tree's own
# dynamic loader. Works as root (the server then runs as nobody) and as an ordinary user.
#
# Knobs (environment): AST_PREFIX, AST_RUN, AST_PORT_OFFSET, AST_MAX_SECONDS, AST_SECRET, AST_SIP=no, AST_CEL=yes,
#   DEBIAN_MIRROR, AST_KEYRING
set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
V=${1:-22}; MODE=${2:-}
case "$V" in
  22) SUITE=sid;      OFF=0   ;;
  16) SUITE=bullseye; OFF=100 ;;
  *)  echo "usage: $0 [22|16] [--install-only]" >&2; exit 2 ;;
esac
KEYRING=${AST_KEYRING:-/usr/share/keyrings/debian-archive-keyring.gpg}
if [ "$(id -u)" = 0 ]; then DEF_PREFIX=/opt/asterisk-test; else DEF_PREFIX=${XDG_CACHE_HOME:-$HOME/.cache}/asterisk-test; fi
PREFIX=${AST_PREFIX:-$DEF_PREFIX}
FS=$PREFIX/$V                                                # unpacked packages
RUN=${AST_RUN:-${TMPDIR:-/tmp}/pbx-asterisk-$V}              # configuration, spool, logs, pid
MAX_SECONDS=${AST_MAX_SECONDS:-7200}                         # the server ends itself after this long
SECRET=${AST_SECRET:-s3cret}

say() { echo "[asterisk $V] $*" >&2; }
unavailable() { say "$*"; exit 3; }

# ---------------------------------------------------------------- installation

mirrors() {   # the host's own Debian mirrors; DEBIAN_MIRROR names another, such as an archive of old releases
  if [ -n "${DEBIAN_MIRROR:-}" ]; then echo "${DEBIAN_MIRROR%/}"; return; fi
  apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | grep -E '/debian/?$' | sed 's,/$,,' | sort -u || true
}

download() {   # download MIRROR FOLDER: Asterisk and all it needs, verified by the archive's key
  local A=$2 O
  rm -rf "$A"; mkdir -p "$A"/{lists/partial,cache/archives/partial}; : >"$A/status"
  echo "deb [arch=amd64 signed-by=$KEYRING] $1 $SUITE main" >"$A/sources.list"
  O=(-q -o "Dir::Etc::sourcelist=$A/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null
    -o "Dir::State=$A" -o "Dir::State::lists=$A/lists" -o "Dir::State::status=$A/status"
    -o "Dir::Cache=$A/cache" -o "Dir::Log=$A" -o Acquire::Languages=none -o Acquire::Retries=3
    -o APT::Install-Recommends=false -o APT::Architecture=amd64 -o "APT::Sandbox::User=$(id -un)"
    -o Debug::NoLocking=1 -o APT::Keep-Downloaded-Packages=true -o APT::Update::Error-Mode=any)
  case "$1" in *archive.debian.org*) O+=(-o Acquire::Check-Valid-Until=false) ;; esac
  apt-get "${O[@]}" update >"$A/log" 2>&1 && apt-get "${O[@]}" -y --download-only install base-files asterisk >>"$A/log" 2>&1
}

install_asterisk() {
  [ -e "$FS/.complete" ] && return 0
  [ "$(uname -sm)" = "Linux x86_64" ] || unavailable "needs Linux on x86_64, this is $(uname -sm)"
  local t
  for t in apt-get dpkg xz flock; do command -v $t >/dev/null || unavailable "no $t on this machine"; done
  [ -r "$KEYRING" ] || unavailable "no $KEYRING (package debian-archive-keyring): packages cannot be verified"
  mkdir -p "$PREFIX" 2>/dev/null && [ -w "$PREFIX" ] || unavailable "cannot write to $PREFIX (set AST_PREFIX)"
  exec 9>"$PREFIX/.lock-$V"; flock 9                         # two test runs may race
  [ -e "$FS/.complete" ] && { exec 9>&-; return 0; }

  local t0=$SECONDS A=$PREFIX/apt-$V M D got=
  while read -r M; do
    download "$M" "$A" && { got=1; break; }
    say "$M: $(grep -E '^(E|W|Err)' "$A/log" | tail -1)"
  done < <(mirrors)
  [ -n "$got" ] || { rm -rf "$A"; unavailable "no Debian mirror reachable that has $SUITE (set DEBIAN_MIRROR)"; }

  rm -rf "$FS"; mkdir -p "$FS"
  dpkg -x "$A"/cache/archives/base-files_*.deb "$FS"         # first: it carries the /lib -> usr/lib links
  for D in "$A"/cache/archives/*.deb; do
    case "${D##*/}" in base-files_*|perl*|libperl*|gnupg*|gpg*|dirmngr*|libsnmp-base_*|bash_*|dash_*|passwd_*|adduser_*) continue ;; esac
    dpkg -x "$D" "$FS"
  done
  rm -rf "$FS"/usr/share/{doc,man,locale,info,lintian,perl,perl5,gnupg,snmp,misc,zoneinfo} \
         "$FS"/usr/lib/x86_64-linux-gnu/gconv "$FS"/usr/lib/x86_64-linux-gnu/perl*
  rm -rf "$A"
  touch "$FS/.complete"; exec 9>&-
  say "installed in $((SECONDS-t0)) s, $(du -sm "$FS" | cut -f1) MB in $FS"
}

layout() {   # where things lie differs between Debian releases
  LIBS=$FS/usr/lib/x86_64-linux-gnu:$FS/lib/x86_64-linux-gnu:$FS/usr/lib
  for LD in "$FS"/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 "$FS"/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2; do [ -e "$LD" ] && break; done
  for MODULES in "$FS"/usr/lib/x86_64-linux-gnu/asterisk/modules "$FS"/usr/lib/asterisk/modules; do [ -d "$MODULES" ] && break; done
  SHARE=$FS/usr/share/asterisk
}

build_shim() {   # see loopback.c
  SHIM=$PREFIX/loopback.so
  [ -e "$SHIM" ] && return 0
  command -v cc >/dev/null || { SHIM=; say "no C compiler: PJSIP's client sockets stay on the wildcard address (AST_SIP=no avoids them)"; return 0; }
  cc -O1 -fPIC -shared -nostdlib -fno-stack-protector -o "$SHIM.$$" "$HERE/loopback.c" && mv "$SHIM.$$" "$SHIM" || SHIM=
}

# ---------------------------------------------------------------- ports and configuration

# Default ports 5038/8088/5060 (16: +100). If one is taken by somebody else, all move up by 1000.
set_ports() {
  local o=$1
  AMI_PORT=$((5038+o)); AMI_TLS_PORT=$((5039+o)); HTTP_PORT=$((8088+o)); SIP_PORT=$((5060+o))
  UAS_PORT=$((5070+o)); TRUNK_PORT=$((5080+o))               # where a scripted answerer and the trunk's far end may listen
  AGI_PORT=$((4573+o)); RTP_START=$((20000+o*2)); RTP_END=$((RTP_START+198))
}
port_taken() { (exec 7<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
pick_ports() {
  local k p bad
  for k in ${AST_PORT_OFFSET:-0 1000 2000 3000 4000 5000}; do
    set_ports $((OFF+k)); bad=
    for p in $AMI_PORT $AMI_TLS_PORT $HTTP_PORT $SIP_PORT; do port_taken "$p" && bad=$p; done
    [ -z "$bad" ] && return 0
  done
  say "port $bad is taken"; exit 1
}

write_config() {
  local E=$RUN/etc F N M TLS=no
  mkdir -p "$E" "$RUN"/{data/sounds,db,log,run,moh,keys/keys,agi,lib} "$RUN"/spool/{monitor,recording,outgoing,tmp,voicemail}
  ln -sfn "$SHARE/sounds/en_US_f_Allison" "$RUN/data/sounds/en"
  for F in documentation rest-api; do ln -sfn "$SHARE/$F" "$RUN/data/$F"; done
  ln -sfn "$SHARE/sounds/en_US_f_Allison/demo-congrats.gsm" "$RUN/moh/demo-congrats.gsm"
  if [ ! -e "$RUN/keys/cert.pem" ] && command -v openssl >/dev/null; then
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=localhost -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' \
      -keyout "$RUN/keys/key.pem" -out "$RUN/keys/crt.pem" 2>/dev/null && cat "$RUN/keys/key.pem" "$RUN/keys/crt.pem" >"$RUN/keys/cert.pem"
  fi
  [ -e "$RUN/keys/cert.pem" ] && TLS=yes

  for F in "$HERE"/conf/*.conf; do
    sed -e "s,@RUN@,$RUN,g; s,@MODULES@,$MODULES,g; s,@SECRET@,$SECRET,g; s,@TLS@,$TLS,g; s,@CEL@,${AST_CEL:-no},g" \
        -e "s,@AMI_PORT@,$AMI_PORT,g; s,@AMI_TLS_PORT@,$AMI_TLS_PORT,g; s,@HTTP_PORT@,$HTTP_PORT,g; s,@SIP_PORT@,$SIP_PORT,g" \
        -e "s,@UAS_PORT@,$UAS_PORT,g; s,@TRUNK_PORT@,$TRUNK_PORT,g; s,@AGI_PORT@,$AGI_PORT,g" \
        -e "s,@RTP_START@,$RTP_START,g; s,@RTP_END@,$RTP_END,g" "$F" >"$E/${F##*/}"
  done
  for N in 1001 1002 1003 1004 1005; do
    printf '[%s](phone)\nauth = %s\naors = %s\ncallerid = "Phone %s" <%s>\n[%s](phone-auth)\nusername = %s\n[%s](phone-aor)\n' \
      $N $N $N $N $N $N $N $N
  done >>"$E/pjsip.conf"
  : >"$E/acl.conf"
  for F in udptl pjproject websocket_client ccss queuerules; do echo '[general]' >"$E/$F.conf"; done

  printf '[modules]\nautoload=no\n' >"$E/modules.conf"
  for M in $(grep -v '^#' "$HERE/conf/modules.list"); do
    if [ "${AST_SIP:-yes}" = no ]; then case "$M" in *pjsip*|res_pjproject|chan_rtp|res_rtp_multicast) continue ;; esac; fi
    if [ -e "$MODULES/$M.so" ]; then echo "load = $M.so"; fi
  done >>"$E/modules.conf"
}

# ---------------------------------------------------------------- start

ami_answers() {   # the banner comes as soon as the socket is open; FullyBooted needs a login
  local line=; exec 8<>"/dev/tcp/127.0.0.1/$AMI_PORT" || return 1
  printf 'Action: Login\r\nUsername: tester\r\nSecret: %s\r\nEvents: system\r\n\r\n' "$SECRET" >&8
  while IFS= read -r -t 5 line <&8; do case "$line" in *FullyBooted*) exec 8>&- 8<&-; return 0 ;; esac; done
  exec 8>&- 8<&-; return 1
}
pid_alive() { [ -s "$RUN/pid" ] && kill -0 "$(cat "$RUN/pid")" 2>/dev/null; }
report() {
  printf '%s\n' "AST_VERSION=$V" AMI_HOST=127.0.0.1 "AMI_PORT=$AMI_PORT" "AMI_TLS_PORT=$AMI_TLS_PORT" AMI_USER=tester \
    "AMI_SECRET=$SECRET" "HTTP_PORT=$HTTP_PORT" "SIP_PORT=$SIP_PORT" "UAS_PORT=$UAS_PORT" "TRUNK_PORT=$TRUNK_PORT" \
    "AGI_PORT=$AGI_PORT" "AST_RUN=$RUN" "AST_SPOOL=$RUN/spool" "AST_PID=$(cat "$RUN/pid")"
}

install_asterisk; layout
[ "$MODE" = --install-only ] && exit 0
AMI_PORT=; [ -r "$RUN/env" ] && AMI_PORT=$(sed -n 's/^AMI_PORT=//p' "$RUN/env")
if pid_alive && [ -n "$AMI_PORT" ] && ami_answers 2>/dev/null; then say "already running, pid $(cat "$RUN/pid")"; cat "$RUN/env"; exit 0; fi

pick_ports
build_shim
write_config
AS=()
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
  chown -R 65534:65534 "$RUN"; chmod 755 "$RUN"
  AS=(setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs)
fi
t0=$(date +%s%N)
cd "$RUN"
: >"$RUN/out.log"; rm -f "$RUN/log/messages.log" "$RUN/env"
setsid "${AS[@]}" timeout --signal=TERM --kill-after=15 "$MAX_SECONDS" \
  env HOME="$RUN" LC_ALL=C "$LD" --library-path "$LIBS" ${SHIM:+--preload "$SHIM"} "$FS/usr/sbin/asterisk" \
  -f -n -C "$RUN/etc/asterisk.conf" >>"$RUN/out.log" 2>&1 </dev/null &
echo $! >"$RUN/pid"
for _ in $(seq 1 300); do
  pid_alive || { say "died at start:"; tail -20 "$RUN/out.log" >&2; tail -20 "$RUN/log/messages.log" >&2 2>/dev/null; exit 1; }
  if ami_answers 2>/dev/null; then
    say "up in $(( ($(date +%s%N)-t0)/1000000 )) ms, pid $(cat "$RUN/pid"), AMI 127.0.0.1:$AMI_PORT, SIP 127.0.0.1:$SIP_PORT"
    report | tee "$RUN/env"; exit 0
  fi
  grep -q 'Unable to bind AMI' "$RUN/log/messages.log" 2>/dev/null && { say "AMI port taken in between"; kill "$(cat "$RUN/pid")"; exit 1; }
  sleep 0.1
done
say "AMI did not answer within 30 s"; tail -20 "$RUN/log/messages.log" >&2; exit 1
