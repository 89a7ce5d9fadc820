# A column and rows that come later.
class AddScore < ActiveRecord::Migration[6.1]
  def up
    add_column :authors, :score, :decimal, precision: 8, scale: 2, null: false, default: 0
    %w[long short ż🐬].each { |name| execute "INSERT INTO tags (name) VALUES ('#{name}')" }
  end

  def down
    execute 'DELETE FROM tags'
    remove_column :authors, :score
  end
end
