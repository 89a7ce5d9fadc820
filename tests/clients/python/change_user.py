"""Logs in with libmariadb, changes to the same user, and asks who that is: HOST PORT USER, the password in MYSQL_PWD."""
import ctypes
import os
import sys

host, port, user = sys.argv[1].encode(), int(sys.argv[2]), sys.argv[3].encode()
password = os.environ['MYSQL_PWD'].encode()
lib = ctypes.CDLL('libmariadb.so.3')
for function in ('mysql_init', 'mysql_real_connect', 'mysql_store_result'):
    getattr(lib, function).restype = ctypes.c_void_p
lib.mysql_fetch_row.restype = ctypes.POINTER(ctypes.c_char_p)
lib.mysql_error.restype = ctypes.c_char_p


def done(ok, what):
    if not ok:
        sys.exit(f'{what}: {lib.mysql_error(client).decode()}')


client = ctypes.c_void_p(lib.mysql_init(None))
done(lib.mysql_real_connect(client, host, user, password, None, port, None, ctypes.c_ulong(0)), 'login')
for _ in range(2):
    done(lib.mysql_change_user(client, user, password, None) == 0, 'change of user')
done(lib.mysql_query(client, b'SELECT 40 + 2') == 0, 'query')
row = lib.mysql_fetch_row(ctypes.c_void_p(lib.mysql_store_result(client)))
print(row[0].decode())
lib.mysql_close(client)
