"""Callbacks of the payment provider."""

import logging

from fastapi import APIRouter, Request

from shop.billing.invoices import settle_invoice
from shop.webhooks.events import get_event_bus
from shop.webhooks.models import WebhookEvent

log = logging.getLogger(__name__)
router = APIRouter(prefix="/payments")


@router.post("/callback", status_code=204)
async def callback(request: Request) -> None:
    payment = await request.json()
    if payment["status"] == "failed":
        fail_payment(payment)
    else:
        confirm_payment(payment)


def confirm_payment(payment: dict) -> None:
    settle_invoice(payment["tenant_id"], payment["invoice_id"])
    get_event_bus().publish(WebhookEvent.PAYMENT_SUCCEEDED, {"payment_id": payment["id"]})


def fail_payment(payment: dict) -> None:
    log.warning("payment.failed", extra={"payment_id": payment["id"]})
