// The application (see ../README.md) in GORM, with go-sql-driver: real prepares when the worker is odd, else values put into the text.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"log"
	"os"
	"strconv"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jinzhu/gorm"
)

// Author writes books.
type Author struct {
	ID        uint
	Worker    int     `gorm:"not null;unique_index:author_name"`
	Name      string  `gorm:"size:50;not null;unique_index:author_name"`
	Score     float64 `gorm:"type:decimal(8,2);not null;default:0"`
	CreatedAt time.Time
	Books     []Book
}

// Book has tags.
type Book struct {
	ID        uint
	AuthorID  uint   `gorm:"not null;index"`
	Title     string `gorm:"size:100;not null"`
	Pages     *int
	Published time.Time
	Tags      []Tag `gorm:"many2many:book_tags"`
}

// Tag is shared by books.
type Tag struct {
	ID   uint
	Name string `gorm:"size:50;not null;unique_index"`
}

type setting struct {
	Name  string `gorm:"column:Variable_name"`
	Value string `gorm:"column:Value"`
}

var (
	worker int
	db     *gorm.DB
)

func step(title string) { fmt.Println("==", title) }

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// failing prints the server's error, which must be one.
func failing(result *gorm.DB) {
	var failure *mysql.MySQLError
	fmt.Println(errors.As(result.Error, &failure), failure)
}

func connect(arguments []string) {
	worker, _ = strconv.Atoi(arguments[5])
	settings := mysql.NewConfig()
	settings.Net, settings.Addr = "tcp", arguments[0]+":"+arguments[1]
	settings.User, settings.Passwd, settings.DBName = arguments[2], arguments[3], arguments[4]
	settings.ParseTime = true
	settings.Collation = "utf8mb4_unicode_ci"
	settings.InterpolateParams = worker%2 == 0
	// Without gap locks: GORM adds each tag by INSERT ... SELECT ... WHERE NOT EXISTS, by which two workers would lock the same gap and deadlock.
	isolation := "'READ-UNCOMMITTED'"
	if worker%2 == 1 {
		isolation = "'READ-COMMITTED'"
	}
	settings.Params = map[string]string{
		"charset": "utf8mb4", "time_zone": fmt.Sprintf("'+0%d:00'", worker), "group_concat_max_len": fmt.Sprint(2048 + worker),
		isolationVariable(settings): isolation,
	}
	db = open(settings)
	db.DB().SetMaxIdleConns(2)
	db.LogMode(false)
}

func open(settings *mysql.Config) *gorm.DB {
	opened, err := gorm.Open("mysql", settings.FormatDSN())
	check(err)
	return opened
}

// isolationVariable asks the server under which name it has the isolation level.
func isolationVariable(settings *mysql.Config) string {
	asking := open(settings)
	defer asking.Close()
	var found setting
	check(asking.Raw("SHOW SESSION VARIABLES WHERE Variable_name IN ('transaction_isolation', 'tx_isolation')").Scan(&found).Error)
	return found.Name
}

func showSession() {
	var settings []setting
	check(db.Raw("SHOW SESSION VARIABLES WHERE Variable_name IN ('time_zone', 'sql_mode', 'transaction_isolation', 'tx_isolation', 'autocommit', " +
		"'character_set_client', 'collation_connection', 'group_concat_max_len')").Scan(&settings).Error)
	fmt.Println(settings)
	var at, name string
	check(db.Raw("SELECT CAST(FROM_UNIXTIME(?) AS CHAR), DATABASE()", 1700000000).Row().Scan(&at, &name))
	fmt.Println(at, name)
}

func showAuthors() {
	var authors []Author
	byTitle := func(books *gorm.DB) *gorm.DB { return books.Order("title") }
	check(db.Preload("Books", byTitle).Preload("Books.Tags").Where("worker = ?", worker).Order("name").Find(&authors).Error)
	for _, a := range authors {
		fmt.Println(a.Name, a.Score)
		for _, b := range a.Books {
			fmt.Println(" ", b.Title, pages(b), b.Published, len(b.Tags), b.Tags[0].Name)
		}
	}
}

func pages(book Book) string {
	if book.Pages == nil {
		return "none"
	}
	return strconv.Itoa(*book.Pages)
}

func migrate() {
	step("migrate")
	check(db.AutoMigrate(&Author{}, &Book{}, &Tag{}).Error)
	check(db.Model(&Book{}).AddForeignKey("author_id", "authors(id)", "CASCADE", "CASCADE").Error)
	check(db.Exec("ALTER TABLE authors ADD COLUMN note VARCHAR(20) NULL").Error)
	for _, name := range []string{"long", "short", "ż🐬"} {
		check(db.Create(&Tag{Name: name}).Error)
	}
	fmt.Println(db.HasTable("authors"), db.HasTable("nothing"), db.Dialect().HasColumn("authors", "note"), db.Dialect().HasIndex("authors", "author_name"))
	wait()
	check(db.AutoMigrate(&Author{}, &Book{}, &Tag{}).Error)
}

func work() {
	step("insert")
	ada := Author{Worker: worker, Name: fmt.Sprint("Ada ", worker), Score: 1.5}
	check(db.Create(&ada).Error)
	var bob, found Author
	check(db.Where(Author{Worker: worker, Name: fmt.Sprint("Bob ", worker)}).FirstOrCreate(&bob).Error)
	for _, author := range []Author{ada, bob} {
		check(db.First(&found, author.ID).Error)
		fmt.Println(found.Name)
		found = Author{}
		for i := 0; i < 3; i++ {
			book := Book{AuthorID: author.ID, Title: fmt.Sprintf("%s's \"book\" \\ ż🐬 %d", author.Name, i), Published: time.Unix(1700000000, 0).UTC()}
			name := "short"
			if i > 0 {
				count := i * 100
				book.Pages = &count
			}
			if i > 1 {
				name = "long"
			}
			check(db.Where("name = ?", name).Find(&book.Tags).Error)
			check(db.Create(&book).Error)
		}
	}
	showAuthors()

	step("update")
	fmt.Println(db.Model(&ada).UpdateColumn("score", gorm.Expr("score + ?", 1)).RowsAffected, db.Model(&ada).UpdateColumn("score", 2.5).RowsAffected)
	check(db.Model(&bob).Updates(map[string]interface{}{"score": 9}).Error)
	var none Book
	check(db.Where("author_id = ? AND pages IS NULL", bob.ID).First(&none).Error)
	check(db.Model(&none).Association("Tags").Clear().Error)
	fmt.Println(db.Delete(&none).RowsAffected)

	step("query")
	rows, err := db.Table("authors").Select("name, COUNT(*), AVG(pages), GROUP_CONCAT(title ORDER BY title)").
		Joins("JOIN books ON author_id = authors.id").Where("worker = ?", worker).Group("authors.id, name").Order("name").Rows()
	check(err)
	for rows.Next() {
		var name, mean, titles string
		var count int
		check(rows.Scan(&name, &count, &mean, &titles))
		fmt.Println(name, count, mean, titles)
	}
	check(rows.Close())
	var titles []string
	check(db.Model(&Book{}).Joins("JOIN authors ON authors.id = author_id").Where("worker = ? AND pages BETWEEN ? AND ?", worker, 100, 150).
		Order("title").Limit(5).Pluck("title", &titles).Error)
	fmt.Println(titles)

	step("transactions")
	check(db.Transaction(func(inner *gorm.DB) error {
		check(inner.Create(&Author{Worker: worker, Name: "committed"}).Error)
		check(inner.Exec("SAVEPOINT one").Error)
		failing(inner.Create(&Author{Worker: worker, Name: "committed"}))
		check(inner.Exec("ROLLBACK TO SAVEPOINT one").Error)
		var locked Author
		check(inner.Set("gorm:query_option", "FOR UPDATE").First(&locked, ada.ID).Error)
		return inner.Model(&locked).UpdateColumn("score", locked.Score+1).Error
	}))
	fmt.Println(db.Transaction(func(inner *gorm.DB) error {
		check(inner.Create(&Author{Worker: worker, Name: "rolled back"}).Error)
		return errors.New("not this")
	}))
	var names []string
	check(db.Model(&Author{}).Where("worker = ?", worker).Order("name").Pluck("CONCAT(name, ' ', score)", &names).Error)
	fmt.Println(names)

	step("errors")
	failing(db.Exec("SELECT * FROM no_such_table"))
	failing(db.Create(&Author{Name: fmt.Sprintf("%051d", 0)}))
}

func wait() {
	step("waiting")
	_, err := bufio.NewReader(os.Stdin).ReadString('\n')
	check(err)
}

func main() {
	connect(os.Args[1:])
	showSession()
	if worker == 0 {
		migrate()
	} else {
		work()
		wait()
		showAuthors()
		check(db.Create(&Author{Worker: worker, Name: "after"}).Error)
		var after Author
		check(db.Where("worker = ? AND name = ?", worker, "after").First(&after).Error)
		fmt.Println(after.Name)
	}
	showSession()
	check(db.Close())
	step("end")
}
