#!/bin/bash
# Oracle's MySQL server and command line client, which Debian 12 does not carry, taken from Debian's development suite and
# unpacked into a private directory: nothing is installed, no apt source of the system changes, root is not needed.
#
#   install-mysql.sh [DIRECTORY]     (default: $POOL_CACHE/mysql)
#
# Afterwards DIRECTORY/bin/mysqld and DIRECTORY/bin/mysql run with the libraries that were unpacked beside them.
# DEBIAN_MIRROR and DEBIAN_SUITE override the mirror (the one that the system's apt uses) and the suite (sid).
. "$(dirname "$0")/common.sh"

home=${1:-$cache/mysql}
packages=(mysql-server-core mysql-client-core)
mkdir -p "$home"
home=$(cd "$home" && pwd)
exec 9>"$home/.lock"
flock 9
[ -e "$home/.complete" ] && exit 0

apt_install ca-certificates debian-archive-keyring
private=$home/apt
root=$home/root
rm -rf "$private" "$root" "$home/bin"
mkdir -p "$private"/{etc/apt.conf.d,etc/preferences.d,state/lists/partial,cache/archives/partial} "$home/bin"

system_mirror() {
    apt-get indextargets --format '$(SITE)' 2>/dev/null | grep -m1 '/debian/\?$' ||
        cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | grep -om1 'https\?://[^ ]*/debian/\?\( \|$\)'
}
mirror=${DEBIAN_MIRROR:-$(system_mirror || true)}
[ -n "$mirror" ] || die "no Debian mirror known to this system's apt: set DEBIAN_MIRROR"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror% } ${DEBIAN_SUITE:-sid} main" > "$private/etc/sources.list"

# The server needs none of these at run time, or uses the system's: apt is told that they are there, so it does not fetch them.
for present in perl perl-base debconf systemd systemd-sysusers passwd psmisc iproute2 mysql-common openssl-provider-legacy lz4; do
    printf 'Package: %s\nStatus: install ok installed\nArchitecture: %s\nMulti-Arch: %s\nVersion: 999\nMaintainer: none\nDescription: none\n\n' \
        "$present" "$(dpkg --print-architecture)" "$([ $present = perl ] && echo allowed || echo foreign)"
done > "$private/state/status"

# A mirror's copy of the suite may be old: what counts is that its signature is right.
cat > "$private/apt.conf" <<CONF
Dir { State "$private/state"; State::status "$private/state/status"; Cache "$private/cache"; Log "$private";
      Etc "$private/etc"; Etc::sourceparts "-"; };
APT { Install-Recommends "false"; Sandbox::User "$(id -un)"; Architectures { "$(dpkg --print-architecture)"; }; };
Acquire { Languages "none"; Retries "3"; Check-Valid-Until "false"; };
Debug::NoLocking "true";
CONF
export APT_CONFIG=$private/apt.conf
say "fetching MySQL into $home"
apt-get -q update > "$private/log" 2>&1 || { tail "$private/log" >&2; die "cannot read the package list of $mirror"; }
apt-get -q -y --download-only install "${packages[@]}" >> "$private/log" 2>&1 || { tail "$private/log" >&2; die "cannot fetch ${packages[*]}"; }

# The suite has one merged /usr, though some packages still name the old folders.
mkdir -p "$root/usr"/{bin,sbin,lib,lib64}
for folder in bin sbin lib lib64; do ln -s "usr/$folder" "$root/$folder"; done
for package in "$private"/cache/archives/*.deb; do
    # Not dpkg -x, which would replace those links by directories.
    dpkg-deb --fsys-tarfile "$package" | tar -x -C "$root" --no-same-owner --keep-directory-symlink --exclude='./usr/share/doc*'
done

loader=$(find -L "$root/usr/lib64" "$root/usr/lib" -maxdepth 2 -name 'ld-linux*.so.*' | head -1)
libraries=$(dirname "$(find "$root/usr/lib" -name libc.so.6 | head -1)")
[ -n "$loader" ] && [ -d "$libraries" ] || die "the packages did not bring a C library"
wrapper() { # NAME PROGRAM EXTRA-ARGUMENTS: the first argument must stay first when it chooses the option file
    cat > "$home/bin/$1" <<RUN
#!/bin/bash
export OPENSSL_MODULES=$libraries/ossl-modules LIBMYSQL_PLUGIN_DIR=$root/usr/lib/mysql/plugin
first=()
case "\${1:-}" in --no-defaults|--defaults-*) first=("\$1"); shift;; esac
exec $loader --inhibit-cache --argv0 $2 --library-path $libraries $2 "\${first[@]}" $3 "\$@"
RUN
    chmod +x "$home/bin/$1"
}
share=$root/usr/share/mysql
wrapper mysqld "$root/usr/sbin/mysqld" "--basedir=$root/usr --lc-messages-dir=$share --character-sets-dir=$share/charsets --plugin-dir=$root/usr/lib/mysql/plugin"
wrapper mysql "$root/usr/bin/mysql" ""
"$home/bin/mysqld" --no-defaults --version >&2
"$home/bin/mysql" --version >&2
rm -rf "$private"
touch "$home/.complete"
