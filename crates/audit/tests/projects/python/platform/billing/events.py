"""Billing events that go out through the webhook bus."""
from webhooks.event_bus import get_event_bus


class BillingEvents:
    SUBSCRIPTION_RENEWED = "subscription.renewed"
    SUBSCRIPTION_TRIAL_ENDING = "subscription.trial_ending"
    SUBSCRIPTION_UPDATED = "subscription.updated"
    INVOICE_PAYMENT_FAILED = "invoice.payment_failed"
    CREDIT_NOTE_CREATED = "credit_note.created"
    CREDIT_NOTE_ISSUED = "credit_note.issued"
    CREDIT_NOTE_VOIDED = "credit_note.voided"
    DUNNING_STARTED = "dunning.started"


async def emit_subscription_renewed(subscription, tenant_id, db):
    await get_event_bus().publish(
        event_type=BillingEvents.SUBSCRIPTION_RENEWED,
        event_data={"subscription_id": subscription.id},
        tenant_id=tenant_id,
        db=db,
    )


async def emit_trial_ending(subscription, tenant_id, db):
    await get_event_bus().publish(
        event_type=BillingEvents.SUBSCRIPTION_TRIAL_ENDING,
        event_data={"subscription_id": subscription.id},
        tenant_id=tenant_id,
        db=db,
    )


async def emit_subscription_updated(subscription, tenant_id, db):
    await get_event_bus().publish(event_type=BillingEvents.SUBSCRIPTION_UPDATED, event_data={}, tenant_id=tenant_id, db=db)


async def emit_invoice_payment_failed(invoice, tenant_id, db):
    await get_event_bus().publish(event_type=BillingEvents.INVOICE_PAYMENT_FAILED, event_data={}, tenant_id=tenant_id, db=db)


async def emit_credit_note_issued(note, tenant_id, db):
    await _emit_credit_note(BillingEvents.CREDIT_NOTE_ISSUED, note, tenant_id, db)


async def emit_credit_note_voided(note, tenant_id, db):
    await _emit_credit_note(BillingEvents.CREDIT_NOTE_VOIDED, note, tenant_id, db)


async def _emit_credit_note(event_type, note, tenant_id, db):
    await get_event_bus().publish(event_type=event_type, event_data={"id": note.id}, tenant_id=tenant_id, db=db)


async def emit_dunning_started(invoice, tenant_id, db):
    await get_event_bus().publish(event_type=BillingEvents.DUNNING_STARTED, event_data={}, tenant_id=tenant_id, db=db)
