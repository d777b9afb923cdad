#!/bin/sh
# Record dbt-ol again: sh tests/recorded/dbt/record.sh VENV, where VENV has what
# requirements.txt lists. Works in /srv/shop (made, and emptied first), so that no path of a
# machine gets into the recordings; needs to be allowed to write there.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
bin=$(cd "$1/bin" && pwd)
export OPENLINEAGE_NAMESPACE=shop DBT_SEND_ANONYMOUS_USAGE_STATS=false PATH="$bin:$PATH"

rm -rf /srv/shop
mkdir -p /srv/shop
cp -R "$here/project/." /srv/shop
cd /srv/shop

record() { # NAME ARGUMENT...: dbt's own exit code says whether the run failed, not us
  name=$1
  shift
  "$bin/python" "$here/../record.py" "$here/$name.ndjson" dbt-ol "$@" || true
  sleep 2
}

dbt --quiet seed
record good build --exclude resource_type:seed
cp -R "$here/failing/." .
record failing build --exclude resource_type:seed
cp -R "$here/project/." .
cp -R "$here/changed/." .
dbt --quiet seed --full-refresh
record changed build --exclude resource_type:seed
record streamed build --consume-structured-logs
gzip -9 -n -f "$here/streamed.ndjson"
