from django.db import migrations


def add(apps, schema_editor):
    event_types = [
        {"name": "order.created", "label": "Created"},
        {"name": "order.paid", "label": "Paid"},
        {"name": "order.lost", "label": "Lost"},
    ]
    for row in event_types:
        apps.get_model("shop", "EventType").objects.create(**row)


class Migration(migrations.Migration):
    operations = [migrations.RunPython(add)]
