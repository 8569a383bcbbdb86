#!/bin/sh
# Make the secrets that docker-compose.yml and deploy/overlays mount as files: `deploy/make-secrets.sh [FOLDER]`.
# What is there is kept, so that it may be run again; nothing is printed. Back the folder up, secret_key above all:
# without it photographs, faces and bound phones cannot be read.
set -eu

folder=${1:-secrets}
# The folder keeps others out. The files do not: in a container they are read by another user than yours.
mkdir -p "$folder"
chmod 700 "$folder"
cd "$folder"
umask 022

random() { # hexadecimal, so that it may stand in a URL
    od -An -N "$1" -tx1 /dev/urandom | tr -d ' \n'
}

new() { # NAME: whether a secret is still to be made
    [ ! -s "$1" ]
}

# every other key of Absense is derived from it
new secret_key && random 48 > secret_key

# the same password for those who ask and for those who are asked
new postgres_password && random 24 > postgres_password
new database_url && printf 'postgresql://absense:%s@postgres/absense' "$(cat postgres_password)" > database_url
new redis.conf && printf 'requirepass %s\n' "$(random 24)" > redis.conf
new redis_url && printf 'redis://:%s@redis:6379/0' "$(sed -n 's/^requirepass //p' redis.conf)" > redis_url
new s3_access_key && printf 'absense' > s3_access_key
new s3_secret_key && random 24 > s3_secret_key
new s3.json && printf \
    '{"identities": [{"name": "absense", "credentials": [{"accessKey": "%s", "secretKey": "%s"}], "actions": ["Admin"]}]}\n' \
    "$(cat s3_access_key)" "$(cat s3_secret_key)" > s3.json

# of the mail server: empty for one that asks for none
[ -e smtp_password ] || : > smtp_password
