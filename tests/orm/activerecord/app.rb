# The application (see ../README.md) in ActiveRecord, with mysql2: real prepares when the worker is odd.
require 'active_record'

HOST, PORT, USER, PASSWORD, DATABASE, ROLE = ARGV
WORKER = ROLE == 'migrate' ? 0 : ROLE.to_i
$stdout.sync = true
ActiveRecord::Base.establish_connection(
  adapter: 'mysql2', host: HOST, port: PORT.to_i, username: USER, password: PASSWORD, database: DATABASE,
  encoding: 'utf8mb4', collation: 'utf8mb4_unicode_ci', pool: 2, prepared_statements: WORKER.odd?,
  variables: { time_zone: "+0#{WORKER}:00", innodb_lock_wait_timeout: 30 + WORKER }
)

class Author < ActiveRecord::Base
  has_many :books, -> { order(:title) }
end

class Book < ActiveRecord::Base
  belongs_to :author
  has_and_belongs_to_many :tags, -> { order(:name) }
end

class Tag < ActiveRecord::Base
end

def step(title) = puts("== #{title}")
def db = ActiveRecord::Base.connection

def show_session
  p db.select_rows("SHOW SESSION VARIABLES WHERE Variable_name IN ('time_zone', 'sql_mode', 'transaction_isolation', 'tx_isolation', " \
                   "'autocommit', 'character_set_client', 'collation_connection', 'innodb_lock_wait_timeout', 'sql_auto_is_null', 'wait_timeout')")
  p db.select_rows('SELECT CAST(FROM_UNIXTIME(1700000000) AS CHAR), DATABASE()')
end

def show_authors
  p(Author.where(worker: WORKER).order(:name).includes(books: :tags).map do |a|
    [a.name, a.score.to_s, a.books.map { |b| [b.title, b.pages, b.published.to_s, b.tags.map(&:name)] }]
  end)
end

def failing
  p yield
rescue ActiveRecord::StatementInvalid => e
  p [e.class.name, e.cause&.error_number, e.cause&.sql_state, e.cause&.message]
end

def wait
  step 'waiting'
  $stdin.gets
end

def migrate
  step 'migrate'
  migrations = ActiveRecord::MigrationContext.new(File.join(__dir__, 'migrations'), ActiveRecord::SchemaMigration)
  ActiveRecord::Migration.verbose = false
  p migrations.migrate.map(&:name), migrations.rollback(1).map(&:name), migrations.migrate.map(&:name)
  p db.tables.sort, db.columns('authors').map { |c| [c.name, c.sql_type, c.null, c.default, c.collation] }
  p db.indexes('authors').map { |i| [i.name, i.unique, i.columns] }, db.foreign_keys('books').map { |k| [k.from_table, k.to_table, k.column] }
  wait
  p migrations.current_version, migrations.needs_migration?
end

def work
  step 'insert'
  ada = Author.create!(worker: WORKER, name: "Ada #{WORKER}", score: 1.5)
  bob = Author.find_or_create_by!(worker: WORKER, name: "Bob #{WORKER}")
  p [Author.find(ada.id).name, Author.find(bob.id).name, Author.find_or_create_by!(worker: WORKER, name: bob.name).id == bob.id]
  [ada, bob].each do |author|
    3.times do |i|
      author.books.create!(title: "#{author.name}'s \"book\" \\ ż🐬 #{i}", pages: i.zero? ? nil : i * 100, published: Time.at(1_700_000_000).utc,
                           tags: [Tag.find_by!(name: i > 1 ? 'long' : 'short')])
    end
  end
  show_authors

  step 'update'
  p Author.where(id: ada.id).update_all('score = score + 1'), Author.where(id: ada.id).update_all(score: 2.5)
  Author.upsert({ worker: WORKER, name: bob.name, score: 9, created_at: ada.created_at, updated_at: ada.updated_at })
  bob.reload.books.first.tap { |book| book.tags.clear }.destroy!

  step 'query'
  p(Author.joins(:books).where(worker: WORKER).group(:id).order(:name).pluck(:name, :score, Arel.sql('COUNT(*)'), Arel.sql('AVG(pages)'))
          .map { |row| row.map(&:to_s) })
  p Book.joins(:author, :tags).where(authors: { worker: WORKER }, tags: { name: 'long' }, pages: 100..200).order(:title).limit(3).pluck(:title)
  p Book.joins(:author).where(authors: { worker: WORKER }).group(:pages).count.sort_by { |pages, _| pages.to_i }
  Author.where(worker: WORKER).find_each(batch_size: 1) { |author| p [author.name, author.books.exists?(pages: nil), author.books.sum(:pages)] }

  step 'transactions'
  Author.transaction(isolation: WORKER.odd? ? :read_committed : :repeatable_read) do
    Author.create!(worker: WORKER, name: 'committed')
    failing { Author.transaction(requires_new: true) { Author.create!(worker: WORKER, name: 'committed') } }
    Author.find(ada.id).with_lock { |_| Author.where(id: ada.id).update_all('score = score + 1') }
  end
  Author.transaction do
    Author.create!(worker: WORKER, name: 'rolled back')
    raise ActiveRecord::Rollback
  end
  p Author.where(worker: WORKER).order(:name).pluck(:name, :score).map { |row| row.map(&:to_s) }

  step 'errors'
  failing { db.execute('SELECT * FROM no_such_table') }
  failing { Author.create!(worker: 0, name: 'x' * 51) }
end

show_session
if WORKER.zero?
  migrate
else
  work
  wait
  show_authors
  p Author.find(Author.create!(worker: WORKER, name: 'after').id).name
end
show_session
ActiveRecord::Base.connection_pool.disconnect!
step 'end'
