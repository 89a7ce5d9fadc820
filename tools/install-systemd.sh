#!/bin/bash
# Installs systemd-analyze, with which a test checks the unit in deploy/, when it is missing. Starts nothing.
. "$(dirname "$0")/common.sh"

apt_install systemd
