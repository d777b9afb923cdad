#!/bin/sh
# Record the official client again: sh tests/recorded/client/record.sh VENV, where VENV has what
# requirements.txt lists. Works in a new directory: in a checkout the client adds its commit.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
bin=$(cd "$1/bin" && pwd)
cd "$(mktemp -d)"

for transport in http http_gzip async_http composite; do
  "$bin/python" "$here/../record.py" "$here/$transport.ndjson" \
    "$bin/python" "$here/emit.py" "$transport" composite-file.ndjson
done
rm -f "$here/file.ndjson"
"$bin/python" "$here/emit.py" file "$here/file.ndjson"
cmp composite-file.ndjson "$here/file.ndjson"
