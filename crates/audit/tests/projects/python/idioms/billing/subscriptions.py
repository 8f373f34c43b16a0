import webhooks.models as m
from billing import constants
from webhooks.bus import get_event_bus as bus

TRANSITIONS = {
    "start": m.WebhookEvent.SUBSCRIPTION_CREATED,
    "renew": m.WebhookEvent.SUBSCRIPTION_RENEWED,
}


def transition(subscription, step, tenant_id):
    subscription.step = step
    bus().publish(event_type=TRANSITIONS[step].value, event_data={"id": subscription.id}, tenant_id=tenant_id)


def cancel(subscription, tenant_id):
    def announce():
        bus().publish(event_type=m.WebhookEvent.SUBSCRIPTION_CANCELLED, event_data={}, tenant_id=tenant_id)

    subscription.cancelled = True
    announce()


def warn_trials(subscriptions, tenant_id):
    for subscription in subscriptions:
        bus().publish(event_type=constants.TRIAL_ENDING, event_data={"id": subscription.id}, tenant_id=tenant_id)


def restart(subscription, tenant_id):
    bus().publish(event_type=TRANSITIONS["start"], event_data={"id": subscription.id}, tenant_id=tenant_id)
