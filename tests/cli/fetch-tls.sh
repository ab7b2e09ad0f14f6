#!/usr/bin/env bash
# fetch-cifar10 takes nothing over TLS from a server whose certificate no one it trusts has signed, or
# that has another name. The environment can name whom to trust, as for curl, and no more. Needs the
# openssl program.
set -euo pipefail

if ! command -v openssl >/dev/null; then
    echo "skipped: no openssl program to serve with"
    exit 0
fi
tool=$(realpath "$BIN/fetch-cifar10")
cd "$TMP"
mkdir site
echo contents >site/x
openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem 2>/dev/null
(cd site && exec openssl s_server -accept 127.0.0.1:0 -key ../key.pem -cert ../cert.pem -WWW) \
    >served 2>&1 </dev/null &
server=$!
trap 'kill $server 2>/dev/null || :' EXIT
for _ in $(seq 100); do
    port=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' served)
    [ -z "$port" ] || break
    sleep 0.1
done
[ -n "$port" ] || { echo "the server does not start:"; cat served; exit 1; }

# The server does serve: who trusts it gets the file.
openssl s_client -quiet -verify_return_error -CAfile cert.pem -connect "127.0.0.1:$port" \
    <<<$'GET /x HTTP/1.0\r\n\r' 2>/dev/null | grep -q contents || { echo "it serves nothing"; exit 1; }

# Refused or taken: what is taken is no archive, which the one line of the error says.
refused() { # refused HOST NAME=VALUE...
    local host=$1 code=0; shift
    env -u CURL_CA_BUNDLE -u SSL_CERT_FILE -u SSL_CERT_DIR no_proxy='*' "$@" \
        "$tool" --out out --from "https://$host:$port/x" >out.text 2>&1 || code=$?
    [ "$code" = 1 ] && [ "$(wc -l <out.text)" = 1 ] && ! grep -q 'of the gzip file' out.text \
        || { echo "$host $*: exit $code:"; cat out.text; exit 1; }
    [ -z "$(ls -A out)" ] || { echo "left behind:"; ls -A out; exit 1; }
}
taken() { ! (refused "$@") >refusal && grep -q 'of the gzip file' out.text || { echo "$*:"; cat out.text; exit 1; }; }

for host in 127.0.0.1 localhost; do
    refused "$host" CURL_INSECURE=1 SSL_NO_VERIFY=1 NODE_TLS_REJECT_UNAUTHORIZED=0
    refused "$host" SSL_CERT_FILE="$TMP/none"
    refused "$host" SSL_CERT_FILE="$TMP/key.pem"
done
mkdir trusted && cp cert.pem "trusted/$(openssl x509 -hash -noout -in cert.pem).0"
for trust in CURL_CA_BUNDLE="$TMP/cert.pem" SSL_CERT_FILE="$TMP/cert.pem" SSL_CERT_DIR="$TMP/trusted"; do
    taken localhost "$trust"
    refused 127.0.0.1 "$trust"
done
