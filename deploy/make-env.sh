#!/bin/sh
# Prints an .env for docker-compose.yml with fresh secrets: sh deploy/make-env.sh > .env
set -eu
hex() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
key() { head -c 32 /dev/urandom | base64 | tr -d '\n'; }
operator=$(hex)
cat <<END
POSTGRES_PASSWORD=$(hex)
UNLEASH_ADMIN_TOKEN=*:*.$(hex)
UNLEASH_CLIENT_TOKEN=default:production.$(hex)
ADLIFT_TOKEN_KEYS=1:$(key)
ADLIFT_EDGE_KEYS=1:$(key)
ADLIFT_OPERATOR_KEY=$operator
ADLIFT_CREDENTIALS='[{"name":"ad server","key":"$(hex)","grants":["predict","events"]},{"name":"network","key":"$(hex)","grants":["postback"]},{"name":"operator","key":"$operator","grants":["admin","metrics","models"]},{"name":"experimenter","key":"$(hex)","grants":["experimenter"]},{"name":"approver","key":"$(hex)","grants":["approver"]}]'
RABBITMQ_PASSWORD=$(hex)
TRACE_SAMPLE_RATE=0.01
END
