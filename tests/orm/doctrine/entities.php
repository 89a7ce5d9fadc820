<?php
// Authors write books; books have tags.
use Doctrine\Common\Collections\ArrayCollection;
use Doctrine\Common\Collections\Collection;
use Doctrine\ORM\Mapping as ORM;

#[ORM\Entity, ORM\Table('authors'), ORM\UniqueConstraint('author_name', ['worker', 'name'])]
class Author
{
    #[ORM\Id, ORM\Column, ORM\GeneratedValue]
    public int $id;

    #[ORM\Column(type: 'decimal', precision: 8, scale: 2, options: ['default' => 0])]
    public string $score = '0.00';

    /** @var Collection<int, Book> */
    #[ORM\OneToMany(mappedBy: 'author', targetEntity: Book::class, cascade: ['persist', 'remove']), ORM\OrderBy(['title' => 'ASC'])]
    public Collection $books;

    public function __construct(#[ORM\Column] public int $worker, #[ORM\Column(length: 50)] public string $name)
    {
        $this->books = new ArrayCollection();
    }
}

#[ORM\Entity, ORM\Table('books')]
class Book
{
    #[ORM\Id, ORM\Column, ORM\GeneratedValue]
    public int $id;

    /** @var Collection<int, Tag> */
    #[ORM\ManyToMany(targetEntity: Tag::class), ORM\JoinTable('book_tags'), ORM\OrderBy(['name' => 'ASC'])]
    public Collection $tags;

    public function __construct(
        #[ORM\ManyToOne(inversedBy: 'books'), ORM\JoinColumn(nullable: false)] public Author $author,
        #[ORM\Column(length: 100)] public string $title,
        #[ORM\Column(nullable: true)] public ?int $pages,
        #[ORM\Column(type: 'datetimetz_immutable')] public DateTimeImmutable $published,
        Tag $tag,
    ) {
        $this->tags = new ArrayCollection([$tag]);
        $author->books->add($this);
    }
}

#[ORM\Entity, ORM\Table('tags')]
class Tag
{
    #[ORM\Id, ORM\Column, ORM\GeneratedValue]
    public int $id;

    public function __construct(#[ORM\Column(length: 50, unique: true)] public string $name)
    {
    }
}
