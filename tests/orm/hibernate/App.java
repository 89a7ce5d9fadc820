import java.math.BigDecimal;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Scanner;
import javax.persistence.CascadeType;
import javax.persistence.Column;
import javax.persistence.Entity;
import javax.persistence.GeneratedValue;
import javax.persistence.GenerationType;
import javax.persistence.Id;
import javax.persistence.ManyToMany;
import javax.persistence.ManyToOne;
import javax.persistence.OneToMany;
import javax.persistence.OrderBy;
import javax.persistence.Table;
import javax.persistence.UniqueConstraint;
import org.hibernate.JDBCException;
import org.hibernate.LockOptions;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.Transaction;
import org.hibernate.cfg.Configuration;
import org.hibernate.criterion.Order;
import org.hibernate.criterion.Restrictions;

/** The application (see ../README.md) in Hibernate, with MariaDB Connector/J: server-side prepares when the worker is odd. */
public final class App {
    private static int worker;
    private static SessionFactory factory;

    /** Work of one transaction, or something that fails. */
    interface Work { void run(Session db) throws Exception; }

    @Entity
    @Table(name = "authors", uniqueConstraints = @UniqueConstraint(columnNames = {"worker", "name"}))
    public static class Author {
        @Id @GeneratedValue(strategy = GenerationType.IDENTITY) public Long id;
        public int worker;
        @Column(length = 50, nullable = false) public String name;
        @Column(precision = 8, scale = 2, nullable = false) public BigDecimal score = BigDecimal.ZERO;
        @OneToMany(mappedBy = "author", cascade = CascadeType.ALL, orphanRemoval = true) @OrderBy("title") public List<Book> books = new ArrayList<>();

        public Author() { }

        Author(String name) {
            this.worker = App.worker;
            this.name = name;
        }
    }

    @Entity
    @Table(name = "books")
    public static class Book {
        @Id @GeneratedValue(strategy = GenerationType.IDENTITY) public Long id;
        @ManyToOne(optional = false) public Author author;
        @Column(length = 100, nullable = false) public String title;
        public Integer pages;
        public Timestamp published;
        @ManyToMany @OrderBy("name") public List<Tag> tags = new ArrayList<>();
    }

    @Entity
    @Table(name = "tags")
    public static class Tag {
        @Id @GeneratedValue(strategy = GenerationType.IDENTITY) public Long id;
        @Column(length = 50, nullable = false, unique = true) public String name;
    }

    public static void main(String[] arguments) throws Exception {
        String host = arguments[0], port = arguments[1], user = arguments[2], password = arguments[3], database = arguments[4], role = arguments[5];
        worker = role.equals("migrate") ? 0 : Integer.parseInt(role);
        System.setOut(new java.io.PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true, "UTF-8"));
        java.util.logging.LogManager.getLogManager().reset();
        Configuration configuration = new Configuration()
            .setProperty("hibernate.dialect", "org.hibernate.dialect.MySQL5InnoDBDialect")
            .setProperty("hibernate.connection.driver_class", "org.mariadb.jdbc.Driver")
            .setProperty("hibernate.connection.url", "jdbc:mariadb://" + host + ":" + port + "/" + database
                + "?allowPublicKeyRetrieval=true&useServerPrepStmts=" + (worker % 2 == 1) + "&sessionVariables=time_zone='+0" + worker + ":00'")
            .setProperty("hibernate.connection.username", user)
            .setProperty("hibernate.connection.password", password)
            .setProperty("hibernate.connection.pool_size", "2")
            .setProperty("hibernate.connection.isolation", worker % 2 == 1 ? "2" : "4")
            .setProperty("hibernate.jdbc.batch_size", "5")
            .addAnnotatedClass(Author.class).addAnnotatedClass(Book.class).addAnnotatedClass(Tag.class);
        if (worker == 0) {
            configuration.setProperty("hibernate.hbm2ddl.auto", "update");
        }
        factory = configuration.buildSessionFactory();
        in(App::showSession);
        if (worker == 0) {
            migrate(configuration);
        } else {
            work();
            waitForWord();
            in(App::showAuthors);
            Author after = new Author("after");
            in(db -> db.save(after));
            in(db -> print(((Author) db.get(Author.class, after.id)).name));
        }
        in(App::showSession);
        factory.close();
        step("end");
        System.exit(0);
    }

    private static void migrate(Configuration configuration) throws Exception {
        step("migrate");
        in(db -> {
            for (String name : new String[] {"long", "short", "ż🐬"}) {
                Tag tag = new Tag();
                tag.name = name;
                db.save(tag);
            }
        });
        in(db -> {
            db.createSQLQuery("ALTER TABLE authors ADD COLUMN note VARCHAR(20) NULL").executeUpdate();
            for (String table : new String[] {"authors", "books", "books_tags"}) {
                rows(db.createSQLQuery("SHOW CREATE TABLE " + table).addScalar("Create Table").list());
            }
        });
        waitForWord();
        new org.hibernate.tool.hbm2ddl.SchemaUpdate(configuration).execute(false, true);
        new org.hibernate.tool.hbm2ddl.SchemaValidator(configuration).validate();
    }

    private static void work() throws Exception {
        step("insert");
        Author ada = new Author("Ada " + worker), bob = new Author("Bob " + worker);
        in(db -> {
            for (Author author : new Author[] {ada, bob}) {
                for (int i = 0; i < 3; i++) {
                    Book book = new Book();
                    book.author = author;
                    book.title = author.name + "'s \"book\" \\ ż🐬 " + i;
                    book.pages = i == 0 ? null : i * 100;
                    book.published = Timestamp.valueOf("2024-02-29 01:02:03");
                    book.tags.add((Tag) db.createQuery("from App$Tag where name = :name").setString("name", i > 1 ? "long" : "short").uniqueResult());
                    author.books.add(book);
                }
                db.save(author);
            }
        });
        in(db -> print(((Author) db.get(Author.class, ada.id)).name + " " + ((Author) db.get(Author.class, bob.id)).name));
        in(App::showAuthors);

        step("update");
        in(db -> {
            print(db.createQuery("update App$Author set score = score + 1 where id = ?").setLong(0, ada.id).executeUpdate());
            print(db.createQuery("update App$Author set score = 2.5 where id = :id").setLong("id", ada.id).executeUpdate());
            Author author = (Author) db.get(Author.class, bob.id);
            author.score = new BigDecimal("9.00");
            author.books.remove(0);
        });

        step("query");
        in(db -> {
            rows(db.createQuery("select a.name, a.score, count(b.id), avg(b.pages) from App$Author a join a.books b where a.worker = ? group by a.id"
                + " order by a.name").setInteger(0, worker).list());
            rows(db.createQuery("select a.name, b.title, b.published from App$Book b join b.author a join b.tags t where a.worker = :worker"
                + " and t.name = 'long' order by b.title").setInteger("worker", worker).setMaxResults(5).list());
            print(db.createCriteria(Book.class).add(Restrictions.ge("pages", 150)).createCriteria("author").add(Restrictions.eq("worker", worker))
                .addOrder(Order.asc("name")).list().size());
        });

        step("transactions");
        in(db -> {
            db.save(new Author("committed"));
            Author author = (Author) db.get(Author.class, ada.id, LockOptions.UPGRADE);
            author.score = author.score.add(BigDecimal.ONE);
        });
        in(db -> {
            db.save(new Author("rolled back"));
            throw new IllegalStateException("not this");
        });
        in(db -> db.save(new Author("committed")));
        in(db -> rows(db.createQuery("select name, score from App$Author where worker = ? order by name").setInteger(0, worker).list()));

        step("errors");
        in(db -> db.createSQLQuery("SELECT * FROM no_such_table").list());
        in(db -> db.save(new Author("x".repeat(51))));
    }

    private static void showSession(Session db) {
        rows(db.createSQLQuery("SHOW SESSION VARIABLES WHERE Variable_name IN ('time_zone', 'sql_mode', 'transaction_isolation', 'tx_isolation', "
            + "'autocommit', 'character_set_client', 'collation_connection')").addScalar("Variable_name").addScalar("Value").list());
        rows(db.createSQLQuery("SELECT CAST(FROM_UNIXTIME(1700000000) AS CHAR) AS instant, DATABASE() AS db").addScalar("instant").addScalar("db").list());
    }

    @SuppressWarnings("unchecked")
    private static void showAuthors(Session db) {
        for (Author a : (List<Author>) db.createQuery("from App$Author where worker = :worker order by name").setInteger("worker", worker).list()) {
            print(a.name + " " + a.score);
            for (Book b : a.books) {
                print("  " + b.title + " " + b.pages + " " + b.published + " " + (b.tags.isEmpty() ? "" : b.tags.get(0).name));
            }
        }
    }

    /** Runs work in a session and a transaction of its own; prints what fails, and rolls back. */
    private static void in(Work work) throws Exception {
        Session db = factory.openSession();
        Transaction transaction = db.beginTransaction();
        try {
            work.run(db);
            transaction.commit();
        } catch (JDBCException error) {
            SQLException cause = error.getSQLException();
            // The driver puts its own connection id in front of the server's words.
            print(error.getClass().getSimpleName() + " " + cause.getErrorCode() + " " + cause.getSQLState() + " "
                + cause.getMessage().replaceFirst("^\\(conn=\\d+\\) ", ""));
            transaction.rollback();
        } catch (IllegalStateException error) {
            print(error.getMessage());
            transaction.rollback();
        } finally {
            db.close();
        }
    }

    private static void rows(List<?> rows) {
        for (Object row : rows) {
            print(row instanceof Object[] ? Arrays.toString((Object[]) row) : String.valueOf(row));
        }
    }

    private static void waitForWord() {
        step("waiting");
        new Scanner(System.in).nextLine();
    }

    private static void step(String title) { print("== " + title); }

    private static void print(Object value) { System.out.println(value); }
}
