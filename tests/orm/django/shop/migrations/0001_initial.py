"""The tables."""
from django.db import migrations, models
import django.db.models.deletion


class Migration(migrations.Migration):
    initial = True
    operations = [
        migrations.CreateModel("Author", [
            ("id", models.BigAutoField(primary_key=True)),
            ("worker", models.IntegerField()),
            ("name", models.CharField(max_length=50)),
        ]),
        migrations.CreateModel("Tag", [
            ("id", models.BigAutoField(primary_key=True)),
            ("name", models.CharField(max_length=50, unique=True)),
        ]),
        migrations.CreateModel("Book", [
            ("id", models.BigAutoField(primary_key=True)),
            ("title", models.CharField(max_length=100)),
            ("pages", models.IntegerField(null=True)),
            ("published", models.DateTimeField()),
            ("author", models.ForeignKey("shop.Author", django.db.models.deletion.CASCADE, related_name="books")),
            ("tags", models.ManyToManyField("shop.Tag")),
        ]),
    ]
