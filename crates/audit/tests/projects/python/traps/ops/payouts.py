from events import WebhookEvent, get_event_bus
from ops.metrics import metrics


class PayoutEmitter:
    """Only one of these methods is wired in."""

    def emit_paid(self, payout):
        get_event_bus().publish(event_type=WebhookEvent.PAYOUT_PAID, event_data={"id": payout.id})

    def emit_failed(self, payout):
        get_event_bus().publish(event_type=WebhookEvent.PAYOUT_FAILED, event_data={"id": payout.id})

    def emit_created(self, payout):
        self._push(WebhookEvent.PAYOUT_CREATED, payout)

    def _push(self, name, payout):
        get_event_bus().publish(event_type=name, event_data={"id": payout.id})

    def reverse(self, payout):
        payout.reversed = True
        self._push(WebhookEvent.PAYOUT_REVERSED, payout)


class PayoutService:
    def __init__(self):
        self.emitter = PayoutEmitter()

    def pay(self, payout):
        metrics.increment("payout.failed")
        metrics.gauge("stock.low", 1)
        self.emitter.emit_paid(payout)


def _check_disputes(dispute):
    get_event_bus().publish(event_type=WebhookEvent.DISPUTE_EXPIRED, event_data={"id": dispute.id})


JOBS = [_check_disputes]


def handle_review(review):
    get_event_bus().publish(event_type="review.escalated", event_data={"id": review.id})
    event = WebhookEvent.REVIEW_POSTED
    if review.score < 2:
        event = WebhookEvent.REVIEW_FLAGGED
    get_event_bus().publish(event_type=event, event_data={"id": review.id})


def drop_review(review, request):
    get_event_bus().publish(event_type=request.json["event"], event_data={"id": review.id})
