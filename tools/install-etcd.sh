#!/bin/bash
# Installs the etcd server and client of the distribution when they are missing. Starts nothing.
. "$(dirname "$0")/common.sh"

apt_install etcd-server etcd-client openssl
