from bus import BUS
from events import WebhookEvent


def _trigger_deposit_received(deposit, tenant_id):
    BUS.publish(WebhookEvent.DEPOSIT_RECEIVED, {"id": deposit.id}, tenant_id=tenant_id)
