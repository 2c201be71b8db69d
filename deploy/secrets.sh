#!/bin/sh
# Makes the secrets of deploy/compose.yaml that are missing: random, in deploy/secrets or the folder that is named.
# What is there stays as it is.
set -eu
umask 077
folder=${1:-$(dirname "$0")/secrets}
mkdir -p "$folder"
# only its owner gets into the folder; the files themselves are mounted into containers, whose users are others
chmod 700 "$folder"
for name in console_secret console_password grafana_password on_call_token; do
    [ -s "$folder/$name" ] && continue
    od -An -N24 -tx1 /dev/urandom | tr -d ' \n' > "$folder/$name"
    chmod 444 "$folder/$name"
    echo "made $folder/$name"
done
