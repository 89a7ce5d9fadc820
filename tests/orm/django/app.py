"""The application (see ../README.md) in Django, with mysqlclient."""
import datetime
import sys

import django
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Avg, Count, F, Prefetch, Sum

HOST, PORT, USER, PASSWORD, DATABASE, ROLE = sys.argv[1:7]
WORKER = 0 if ROLE == "migrate" else int(ROLE)

settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "shop"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
    DATABASES={"default": {
        "ENGINE": "django.db.backends.mysql", "HOST": HOST, "PORT": PORT, "USER": USER, "PASSWORD": PASSWORD, "NAME": DATABASE,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "charset": "utf8mb4",
            "init_command": f"SET sql_mode='STRICT_TRANS_TABLES,NO_ZERO_DATE', time_zone='+0{WORKER}:00'",
            "isolation_level": "read committed" if WORKER % 2 else "repeatable read",
        },
    }})
django.setup()
from shop.models import Author, Book, Tag  # noqa: E402  the models need the settings


def step(title):
    print("==", title)


def show_session():
    with connection.cursor() as cursor:
        cursor.execute("SHOW SESSION VARIABLES WHERE Variable_name IN ('time_zone', 'sql_mode', 'transaction_isolation', 'tx_isolation', "
                       "'autocommit', 'character_set_client', 'collation_connection')")
        print(sorted(cursor.fetchall()))
        cursor.execute("SELECT FROM_UNIXTIME(%s), DATABASE()", [1700000000])
        print(cursor.fetchall())


def show_authors():
    mine = Author.objects.filter(worker=WORKER).order_by("name")
    print([(a.name, a.score, [(b.title, b.pages, [t.name for t in b.tags.all()]) for b in a.books.all()])
           for a in mine.prefetch_related(Prefetch("books", Book.objects.order_by("title")), Prefetch("books__tags", Tag.objects.order_by("name")))])


def wait():
    print("== waiting", flush=True)
    sys.stdin.readline()


def migrate():
    step("migrate")
    call_command("migrate", verbosity=1, no_color=True)
    call_command("showmigrations", no_color=True)
    print(sorted(connection.introspection.table_names()))
    with connection.cursor() as cursor:
        print(connection.introspection.get_table_description(cursor, "shop_author"))
    wait()
    call_command("migrate", verbosity=1, no_color=True)


def work():
    step("insert")
    ada = Author.objects.create(worker=WORKER, name=f"Ada {WORKER}", score="1.50")
    print(Author.objects.get(pk=ada.pk).name)
    bob, made = Author.objects.get_or_create(worker=WORKER, name=f"Bob {WORKER}")
    print(Author.objects.get_or_create(worker=WORKER, name=bob.name)[1], made, Author.objects.get(pk=bob.pk).name)
    when = datetime.datetime(2024, 2, 29, 1, 2, 3, 500000, tzinfo=datetime.timezone.utc)
    Book.objects.bulk_create(Book(author=a, title=f"{a.name}'s \"book\" \\ ż🐬 {i}", pages=100 * i or None, published=when)
                             for a in (ada, bob) for i in range(3))
    for book in Book.objects.filter(author__worker=WORKER, pages__isnull=False):
        book.tags.add(Tag.objects.get(name="long" if book.pages > 100 else "short"))
    show_authors()

    step("update")
    print(Author.objects.filter(pk=ada.pk).update(score=F("score") + 1), Author.objects.filter(pk=ada.pk).update(score="2.50"))
    print(Author.objects.update_or_create(worker=WORKER, name=bob.name, defaults={"score": 9})[1])
    print(Book.objects.filter(pk=bob.books.order_by("title").first().pk).delete())

    step("query")
    print(list(Author.objects.filter(worker=WORKER).order_by("name").annotate(n=Count("books"), p=Avg("books__pages"))
               .values_list("name", "score", "n", "p")))
    print(Book.objects.filter(author__worker=WORKER).aggregate(Sum("pages"), Count("tags", distinct=True)))
    print([(b.author.name, b.title, b.published) for b in
           Book.objects.select_related("author").filter(author__worker=WORKER, tags__name="long").order_by("title").distinct()])
    print([(t.name, t.n) for t in Tag.objects.filter(book__author__worker=WORKER).annotate(n=Count("book")).order_by("name")])

    step("transactions")
    with transaction.atomic():
        Author.objects.create(worker=WORKER, name="committed")
        try:
            with transaction.atomic():
                Author.objects.create(worker=WORKER, name="committed")
        except IntegrityError as error:
            print(error.args)
        locked = Author.objects.select_for_update().get(pk=ada.pk)
        locked.score += 1
        locked.save()
    try:
        with transaction.atomic():
            Author.objects.create(worker=WORKER, name="rolled back")
            raise RuntimeError("not this")
    except RuntimeError as error:
        print(error)
    print(list(Author.objects.filter(worker=WORKER).order_by("name").values_list("name", "score")))

    step("errors")
    try:
        Author.objects.create(worker=WORKER, name="x" * 51)
    except DatabaseError as error:
        print(type(error).__name__, error.args)
    with connection.cursor() as cursor:
        try:
            cursor.execute("SELECT * FROM no_such_table")
        except DatabaseError as error:
            print(type(error).__name__, error.args)


show_session()
if ROLE == "migrate":
    migrate()
else:
    work()
    wait()
    show_authors()
    Author.objects.create(worker=WORKER, name="after")
    print(Author.objects.filter(worker=WORKER).count())
show_session()
connection.close()
step("end")
