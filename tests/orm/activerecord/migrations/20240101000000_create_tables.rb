# The tables.
class CreateTables < ActiveRecord::Migration[6.1]
  def change
    create_table :authors do |t|
      t.integer :worker, null: false
      t.string :name, limit: 50, null: false
      t.timestamps
      t.index %i[worker name], unique: true
    end
    create_table :tags do |t|
      t.string :name, limit: 50, null: false, index: { unique: true }
    end
    create_table :books do |t|
      t.references :author, null: false, foreign_key: true
      t.string :title, limit: 100, null: false
      t.integer :pages
      t.timestamp :published
    end
    create_join_table :books, :tags
  end
end
