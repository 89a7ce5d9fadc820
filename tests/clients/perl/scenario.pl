#!/usr/bin/perl
# The client scenario (see ../README.md) in DBD::mysql or DBD::MariaDB: scenario.pl DRIVER HOST PORT USER PASSWORD DATABASE TLS
use strict;
use warnings;
use utf8;
use DBI;
use Digest::SHA qw(sha256_hex);
use Encode qw(encode_utf8 is_utf8);
use POSIX ();
use Time::HiRes qw(sleep);

binmode STDOUT, ':utf8';
$| = 1;
my ($driver, $host, $port, $user, $password, $database, $tls) = @ARGV;
my $thousands = int(($ENV{SCENARIO_ROWS} // 1000000) / 1000);
my $bytes = $ENV{SCENARIO_BYTES} // 40000000;
my $prefix = lc $driver;

sub login {
    my %with = (database => $database, user => $user, password => $password, source => '', attributes => {}, @_);
    my $security = $tls ? ";${prefix}_ssl=1;${prefix}_ssl_optional=1" : $driver eq 'mysql' ? ';mysql_get_server_pubkey=1' : '';
    my $link = DBI->connect("DBI:$driver:database=$with{database};host=$host;port=$port;${prefix}_local_infile=1;${prefix}_multi_statements=1"
            . ";${prefix}_max_allowed_packet=134217728$security$with{source}",
        $with{user}, $with{password},
        { RaiseError => 0, PrintError => 0, AutoCommit => 1, $driver eq 'mysql' ? (mysql_enable_utf8mb4 => 1) : (), %{ $with{attributes} } });
    printf "  error %d %s\n", DBI->err, DBI->errstr unless $link;
    return $link;
}

sub show {
    my ($value) = @_;
    return 'NULL' unless defined $value;
    return is_utf8($value) || $value !~ /[^\x20-\x7e]/ ? "'$value'" : 'x' . unpack('H*', $value);
}

sub show_error { my ($on) = @_; printf "  error %d %s %s\n", $on->err, $on->state, $on->errstr }

sub show_results {
    my ($statement) = @_;
    do {
        if ($statement->{NUM_OF_FIELDS}) {
            for my $i (0 .. $statement->{NUM_OF_FIELDS} - 1) {
                print '  column ', join(' ', $statement->{NAME}[$i], map { $_ . '=' . ($statement->{$_}[$i] // '') }
                    qw(TYPE PRECISION SCALE NULLABLE), map { "${prefix}_$_" } qw(table type length is_blob is_key is_num is_pri_key is_auto_increment)), "\n";
            }
            while (my $row = $statement->fetchrow_arrayref) {
                print '  row ', join(' | ', map { show($_) } @$row), "\n";
            }
        }
        show_error($statement) if $statement->err;
        printf "  rows %s id %s warnings %s\n", $statement->rows, $statement->{"${prefix}_insertid"} // '', $statement->{"${prefix}_warning_count"} // '';
    } while ($statement->more_results);
    show_error($statement) if $statement->err;
}

sub run {
    my ($link, $sql) = @_;
    print "> $sql\n";
    my $statement = $link->prepare($sql);
    if ($statement && $statement->execute) { show_results($statement) }
    else { show_error($statement // $link) }
}

sub bound {
    my ($link, $sql, @arguments) = @_;
    print "? $sql\n";
    my $statement = $link->prepare($sql, { "${prefix}_server_prepare" => 1 }) or return show_error($link);
    for my $time (1, 2) {
        if ($statement->execute(@arguments)) { show_results($statement) }
        else { show_error($statement) }
    }
}

print "== connect\n";
my $link = login() or exit 1;
printf "id is the one told: %s\n", $link->{"${prefix}_thread_id"} == $link->selectrow_array('SELECT CONNECTION_ID()') ? 'yes' : 'no';

print "== statements\n";
open my $lines, '<:encoding(UTF-8)', 'scenario.sql' or die;
while (my $sql = <$lines>) {
    chomp $sql;
    run($link, $sql);
}
$link->disconnect;
$link = login();

print "== prepared statements\n";
bound($link, "SELECT * FROM $_ WHERE id >= ? ORDER BY id", 0) for qw(whole real_numbers times texts shapes);
run($link, 'CREATE TABLE bound (n BIGINT UNSIGNED, d DECIMAL(20,5), s VARCHAR(100), b VARBINARY(100), t DATETIME(6))');
bound($link, 'INSERT INTO bound VALUES (?, ?, ?, ?, ?)', '18446744073709551615', '1.25', "ż'🐬\\", 'bytes', '2024-02-29 01:02:03.5');
bound($link, 'INSERT INTO bound VALUES (?, ?, ?, ?, ?)', (undef) x 5);
bound($link, 'INSERT INTO bound (n) VALUES (?)', -1);
bound($link, 'SELECT * FROM bound');
bound($link, 'SELECT FROM WHERE');
bound($link, 'INSERT INTO ids (k, v) VALUES (?, ?)', 90, 'ps');

print "== big value\n";
run($link, 'CREATE TABLE big (v LONGBLOB)');
my $value = join('', map { chr(($_ * 31 + 7) & 127) } 0 .. 999) x int($bytes / 1000);
print $link->do('INSERT INTO big VALUES (?)', undef, $value) // $link->errstr, "\n";
$link->{LongReadLen} = 2 * $bytes;
my ($back, $hash) = $link->selectrow_array('SELECT v, SHA2(v, 256) FROM big');
printf "%d %d %d %s\n", length $back, $back eq $value, sha256_hex($back) eq $hash, $hash;
run($link, 'TRUNCATE big');

print "== many rows\n";
my $rows = $link->prepare("SELECT a.n * 1000 + b.n, CONCAT('row ', a.n * 1000 + b.n) FROM numbers a, numbers b WHERE a.n < $thousands",
    $driver eq 'mysql' ? { mysql_use_result => 1 } : {});    # DBD::MariaDB's switch for streaming loses the rows
$rows->execute or show_error($rows);
my ($count, $sum, $length) = (0, 0, 0);
while (my $row = $rows->fetchrow_arrayref) { $count++; $sum += $row->[0]; $length += length $row->[1] }
print "$count $sum $length\n";
$rows->execute;
$rows->fetchrow_arrayref;
$rows->finish;
run($link, "SELECT 'in step'");

print "== load data\n";
run($link, 'CREATE TABLE loaded (id INT PRIMARY KEY, t VARCHAR(50), n INT) CHARACTER SET utf8mb4');
for my $name ('load.tsv', 'missing.tsv') {
    run($link, "LOAD DATA LOCAL INFILE '$name' IGNORE INTO TABLE loaded CHARACTER SET utf8mb4");
    run($link, 'SHOW WARNINGS');
}
run($link, 'SELECT * FROM loaded ORDER BY id');

print "== transactions\n";
$link->begin_work;
run($link, "INSERT INTO ids (k, v) VALUES (80, 'api')");
$link->rollback;
$link->begin_work;
run($link, "INSERT INTO ids (k, v) VALUES (81, 'api')");
$link->commit;
$link->{AutoCommit} = 0;
run($link, "INSERT INTO ids (k, v) VALUES (82, 'api')");
$link->rollback;
$link->{AutoCommit} = 1;
run($link, 'SELECT k FROM ids WHERE k IN (80, 81, 82)');

print "== found rows\n";
run(login(source => ";${prefix}_client_found_rows=$_"), 'UPDATE ids SET v = v WHERE k <= 3') for 0, 1;

print "== character sets\n";
my $latin = $driver eq 'mysql' ? login(attributes => { mysql_enable_utf8mb4 => 0, mysql_init_command => 'SET NAMES latin1' }) : login();
run($latin, 'SELECT vl, @@character_set_client, @@collation_connection FROM texts WHERE id = 1');

print "== kill\n";
pipe my $told, my $tell;
my $child = fork // die;
if (!$child) {
    my $victim = login();
    syswrite $tell, $victim->{"${prefix}_thread_id"} . "\n";
    run($victim, 'SELECT COUNT(*) AS sum_of_three FROM numbers a, numbers b, numbers c WHERE a.n + b.n + c.n < 0');
    run($victim, "SELECT 'alive'");
    POSIX::_exit(0);    # without destroying the parent's connections
}
chomp(my $id = <$told>);
sleep 0.02 until $link->selectrow_array("SELECT COUNT(*) FROM information_schema.processlist"
    . " WHERE db = DATABASE() AND info LIKE CONCAT('%sum_of', '_three%')");
$link->do("KILL QUERY $id");
waitpid $child, 0;
run($link, 'KILL QUERY 4194303');

print "== ping\n";
print $link->ping ? "yes\n" : "no\n";
print "== refused\n";
login(password => 'wrong');
login(database => 'no_such_database');
login(user => 'nobody');
print "== end\n";
