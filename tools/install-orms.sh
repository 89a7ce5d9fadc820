#!/bin/bash
# Installs the object-relational mappers whose applications (tests/orm) the live tests run, where they are missing: Django, SQLAlchemy,
# Laravel's database layer, Doctrine, ActiveRecord, Hibernate and GORM from the distribution; Sequelize, knex and TypeORM from npm into
# $POOL_CACHE/node. Their drivers come with install-clients.sh.
. "$(dirname "$0")/common.sh"
"$(dirname "$0")/install-clients.sh"

packages=(python3-django python3-sqlalchemy python3-mysqldb php-illuminate-database php-doctrine-orm ruby-activerecord ruby-mysql2
    libhibernate3-java libjavassist-java golang-github-jinzhu-gorm-dev golang-github-go-sql-driver-mysql-dev)
command -v go >/dev/null || packages+=(golang-go)
apt_install "${packages[@]}"

missing=()
for package in sequelize@6 knex@3 typeorm@0.3; do
    [ -d "$cache/node/node_modules/${package%@*}" ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
    say "installing ${missing[*]} into $cache/node"
    npm install --silent --no-audit --no-fund --prefix "$cache/node" "${missing[@]}" >&2
fi
