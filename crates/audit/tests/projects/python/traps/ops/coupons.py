import events
from events import get_event_bus as WebhookBus


def _deprecated_expire(coupon):
    WebhookBus().publish(event_type=events.WebhookEvent.COUPON_EXPIRED, event_data={"id": coupon.id})


def _send_again(coupon):
    if coupon.tries:
        _send_again(coupon)
    WebhookBus().publish(event_type=events.WebhookEvent.COUPON_REDEEMED, event_data={"id": coupon.id})


def issue(coupon):
    WebhookBus().publish(event_type=events.WebhookEvent.COUPON_ISSUED, event_data={"id": coupon.id})
    help_text = "then WebhookBus().publish(event_type='coupon.redeemed')"
    return help_text
