"""The application (see ../README.md) in SQLAlchemy: with PyMySQL when the worker is odd, with mysqlclient when it is even."""
import datetime
import sys

from sqlalchemy import (Column, DateTime, ForeignKey, Integer, Numeric, String, Table, UniqueConstraint, case, create_engine, func, inspect,
                        select, text, update)
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session, declarative_base, joinedload, relationship, selectinload

HOST, PORT, USER, PASSWORD, DATABASE, ROLE = sys.argv[1:7]
WORKER = 0 if ROLE == "migrate" else int(ROLE)
Base = declarative_base()

book_tags = Table("book_tags", Base.metadata, Column("book_id", ForeignKey("books.id", ondelete="CASCADE"), primary_key=True),
                  Column("tag_id", ForeignKey("tags.id"), primary_key=True))


class Author(Base):
    __tablename__ = "authors"
    __table_args__ = (UniqueConstraint("worker", "name"),)
    id = Column(Integer, primary_key=True)
    worker = Column(Integer, nullable=False)
    name = Column(String(50), nullable=False)
    score = Column(Numeric(8, 2), nullable=False, default=0)
    books = relationship("Book", back_populates="author", order_by="Book.title", cascade="all, delete-orphan")


class Tag(Base):
    __tablename__ = "tags"
    id = Column(Integer, primary_key=True)
    name = Column(String(50), nullable=False, unique=True)


class Book(Base):
    __tablename__ = "books"
    id = Column(Integer, primary_key=True)
    author_id = Column(ForeignKey("authors.id"), nullable=False)
    title = Column(String(100), nullable=False)
    pages = Column(Integer)
    published = Column(DateTime)
    author = relationship("Author", back_populates="books")
    tags = relationship("Tag", secondary=book_tags, order_by="Tag.name")


engine = create_engine(
    f"mysql+{'pymysql' if WORKER % 2 else 'mysqldb'}://",
    connect_args={"host": HOST, "port": int(PORT), "user": USER, "password": PASSWORD, "database": DATABASE, "charset": "utf8mb4",
                  "init_command": f"SET time_zone = '+0{WORKER}:00'"},
    isolation_level="READ COMMITTED" if WORKER % 2 else "REPEATABLE READ",
    pool_size=3, pool_pre_ping=True, future=True)


def step(title):
    print("==", title)


def show_session(db):
    print(sorted(map(tuple, db.execute(text(
        "SHOW SESSION VARIABLES WHERE Variable_name IN ('time_zone', 'sql_mode', 'transaction_isolation', 'tx_isolation', 'autocommit', "
        "'character_set_client', 'collation_connection')")))))
    print(db.execute(text("SELECT FROM_UNIXTIME(:at), DATABASE()"), {"at": 1700000000}).all())


def show_authors(db):
    mine = select(Author).where(Author.worker == WORKER).order_by(Author.name).options(selectinload(Author.books).selectinload(Book.tags))
    for a in db.execute(mine).scalars():
        print(a.name, a.score, [(b.title, b.pages, [t.name for t in b.tags]) for b in a.books])


def wait():
    print("== waiting", flush=True)
    sys.stdin.readline()


def migrate():
    step("migrate")
    Base.metadata.create_all(engine)
    with Session(engine) as db, db.begin():
        db.add_all(Tag(name=n) for n in ("long", "short", "ż🐬"))
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE authors ADD COLUMN note VARCHAR(20) NULL"))
    for name in sorted(inspect(engine).get_table_names()):
        print(name, inspect(engine).get_columns(name), inspect(engine).get_foreign_keys(name), inspect(engine).get_unique_constraints(name))
    wait()
    Base.metadata.create_all(engine)


def work():
    step("insert")
    with Session(engine) as db:
        ada, bob = Author(worker=WORKER, name=f"Ada {WORKER}", score="1.50"), Author(worker=WORKER, name=f"Bob {WORKER}")
        tags = {t.name: t for t in db.execute(select(Tag)).scalars()}
        for author in (ada, bob):
            for i in range(3):
                author.books.append(Book(title=f"{author.name}'s \"book\" \\ ż🐬 {i}", pages=100 * i or None,
                                         published=datetime.datetime(2024, 2, 29, 1, 2, 3), tags=[tags["long" if i > 1 else "short"]]))
        db.add_all((ada, bob))
        db.commit()
        ada_id, bob_id = ada.id, bob.id
        print(db.get(Author, ada_id).name, db.get(Author, bob_id).name)
    with Session(engine) as db:
        show_authors(db)

    step("update")
    with Session(engine) as db, db.begin():
        print(db.execute(update(Author).where(Author.id == ada_id).values(score=Author.score + 1)).rowcount,
              db.execute(update(Author).where(Author.id == ada_id).values(score="2.50")).rowcount)
        db.get(Author, bob_id).score = 9
        db.delete(db.get(Author, bob_id).books[0])

    step("query")
    with Session(engine) as db:
        print(db.execute(select(Author.name, Author.score, func.count(Book.id), func.avg(Book.pages), func.sum(case((Book.pages > 100, 1), else_=0)))
                         .join(Author.books).where(Author.worker == WORKER).group_by(Author.id).order_by(Author.name)).all())
        print([(b.author.name, b.title, b.published, [t.name for t in b.tags]) for b in
               db.execute(select(Book).join(Author).where(Author.worker == WORKER, Book.tags.any(Tag.name == "long")).order_by(Book.title)
                          .options(joinedload(Book.author), joinedload(Book.tags))).unique().scalars()])

    step("transactions")
    with Session(engine) as db, db.begin():
        db.add(Author(worker=WORKER, name="committed"))
        try:
            with db.begin_nested():
                db.add(Author(worker=WORKER, name="committed"))
        except IntegrityError as error:
            print(error.orig.args)
        locked = db.get(Author, ada_id, with_for_update=True)
        locked.score += 1
    with Session(engine) as db:
        db.add(Author(worker=WORKER, name="rolled back"))
        db.flush()
        db.rollback()
        print(db.execute(select(Author.name, Author.score).where(Author.worker == WORKER).order_by(Author.name)).all())
    with engine.connect().execution_options(isolation_level="SERIALIZABLE") as connection:
        show_session(connection)

    step("errors")
    with Session(engine) as db:
        for wrong in ("SELECT * FROM no_such_table", "INSERT INTO authors (worker, name, score) VALUES (0, REPEAT('x', 51), 0)"):
            try:
                db.execute(text(wrong))
            except DBAPIError as error:
                print(type(error.orig).__name__, error.orig.args)
            db.rollback()


with engine.connect(), engine.connect(), Session(engine) as session:  # so that its pool has more than one
    show_session(session)
if ROLE == "migrate":
    migrate()
else:
    work()
    wait()
    with Session(engine) as db:
        show_authors(db)
        db.add(Author(worker=WORKER, name="after"))
        db.commit()
        show_authors(db)
with Session(engine) as session:
    show_session(session)
engine.dispose()
step("end")
