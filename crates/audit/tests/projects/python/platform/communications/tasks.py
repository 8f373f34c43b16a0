from celery import shared_task

from webhooks.event_bus import get_event_bus
from webhooks.models import WebhookEvent


@shared_task
def send_email_task(message, tenant_id, db):
    message.deliver()
    get_event_bus().publish(
        event_type=WebhookEvent.EMAIL_SENT.value,
        event_data={"message_id": message.id},
        tenant_id=tenant_id,
        db=db,
    )


def send_bulk_finished(batch, tenant_id, db):
    get_event_bus().publish(event_type=WebhookEvent.BULK_EMAIL_COMPLETED.value, event_data={"batch": batch.id}, tenant_id=tenant_id, db=db)
