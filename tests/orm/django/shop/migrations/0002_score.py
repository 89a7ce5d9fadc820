"""A column, a constraint and rows that come later."""
from django.db import migrations, models


def add_tags(apps, schema_editor):
    apps.get_model("shop", "Tag").objects.bulk_create(apps.get_model("shop", "Tag")(name=n) for n in ("long", "short", "ż🐬"))


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.AddField("Author", "score", models.DecimalField(max_digits=8, decimal_places=2, default=0)),
        migrations.AddConstraint("Author", models.UniqueConstraint(fields=["worker", "name"], name="author_name")),
        migrations.RunPython(add_tags),
    ]
