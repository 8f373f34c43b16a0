from webhooks.models import WebhookEvent

CURRENCY = "EUR"
INVOICE_PAID_EVENT = "invoice.paid"
TRIAL_ENDING = WebhookEvent.SUBSCRIPTION_TRIAL_ENDING
