"""A client that keeps books: writes numbered rows until its standard input ends, connects anew when it must, and says of each number
what it was told.

    ledger.py PORT,PORT,... USER PASSWORD WORKER

Even numbers are one statement, odd ones a transaction of two. A line for each: "ack N", "not N ERROR" (for certain not written), "may N ERROR"
(written or not), and "connect PORT ERROR" for each connect that failed. No number is used again.
"""
import sys
import threading
import time

import pymysql

PORTS, USER, PASSWORD, WORKER = sys.argv[1:5]
PORTS = [int(port) for port in PORTS.split(",")]
# Said instead of an answer: by a server that shuts down, and by a pool whose statements wait too long or have no server to go to.
NOT_EXECUTED = (1053, 1205, 1429)
stopped = threading.Event()


def say(*words):
    print(*words, flush=True)


def code(error):
    return error.args[0] if error.args and isinstance(error.args[0], int) else type(error).__name__


def connect(turn):
    while not stopped.is_set():
        port = PORTS[turn % len(PORTS)]
        try:
            return pymysql.connect(host="127.0.0.1", port=port, user=USER, password=PASSWORD, database="pool", autocommit=True, read_timeout=30), turn
        except (pymysql.Error, OSError) as error:
            say("connect", port, code(error))
            turn += 1
            time.sleep(0.05)
    return None, turn


def write(connection, number):
    """Answers what the errors from here on mean for the number."""
    row = "INSERT INTO ledger (worker, number, part) VALUES (%s, %s, %s)"
    certain = False
    try:
        with connection.cursor() as cursor:
            if number % 2 == 0:
                cursor.execute(row, (WORKER, number, 0))
            else:
                certain = True
                cursor.execute("BEGIN")
                cursor.execute(row, (WORKER, number, 0))
                cursor.execute(row, (WORKER, number, 1))
                certain = False
                cursor.execute("COMMIT")
        say("ack", number)
        return True
    except (pymysql.Error, OSError) as error:
        # A transaction that was not asked to commit never does.
        say("not" if certain or code(error) in NOT_EXECUTED else "may", number, code(error))
        return False


def listen():
    sys.stdin.read()
    stopped.set()


threading.Thread(target=listen, daemon=True).start()
number, turn = 0, int(WORKER)
connection, turn = connect(turn)
while connection and not stopped.is_set():
    number += 1
    if not write(connection, number):
        connection.close() if connection.open else None
        connection, turn = connect(turn + 1)
    time.sleep(0.002)
