<?php
// Authors write books; books have tags.
use Illuminate\Database\Eloquent\Model;
use Illuminate\Database\Eloquent\Relations\BelongsTo;
use Illuminate\Database\Eloquent\Relations\BelongsToMany;
use Illuminate\Database\Eloquent\Relations\HasMany;

final class Author extends Model
{
    protected $guarded = [];

    public function books(): HasMany { return $this->hasMany(Book::class); }
}

final class Book extends Model
{
    public $timestamps = false;
    protected $guarded = [];

    public function author(): BelongsTo { return $this->belongsTo(Author::class); }

    public function tags(): BelongsToMany { return $this->belongsToMany(Tag::class); }
}

final class Tag extends Model
{
    public $timestamps = false;
    protected $guarded = [];
}
