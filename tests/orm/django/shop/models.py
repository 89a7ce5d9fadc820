"""Authors write books; books have tags."""
from django.db import models


class Author(models.Model):
    worker = models.IntegerField()
    name = models.CharField(max_length=50)
    score = models.DecimalField(max_digits=8, decimal_places=2, default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["worker", "name"], name="author_name")]


class Tag(models.Model):
    name = models.CharField(max_length=50, unique=True)


class Book(models.Model):
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="books")
    title = models.CharField(max_length=100)
    pages = models.IntegerField(null=True)
    published = models.DateTimeField()
    tags = models.ManyToManyField(Tag)
