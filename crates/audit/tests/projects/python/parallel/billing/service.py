from webhooks.event_bus import get_event_bus
from webhooks.models import WebhookEvent


class BillingService:
    def __init__(self, db):
        self.db = db
        self.event_bus = get_event_bus()

    def create(self, invoice, tenant_id):
        self.event_bus.publish(event_type=WebhookEvent.INVOICE_CREATED.value, event_data={"id": invoice.id}, tenant_id=tenant_id)

    def finalize(self, invoice):
        self.event_bus.publish(event_type=WebhookEvent.INVOICE_FINALIZED.value, event_data={"id": invoice.id})

    def pay(self, invoice, tenant_id):
        self.event_bus.publish(WebhookEvent.INVOICE_PAID.value, {"id": invoice.id}, tenant_id)

    def dispute(self, invoice):
        self.event_bus.publish(
            event_type=WebhookEvent.INVOICE_DISPUTED.value,
            event_data={"id": invoice.id, "account_id": invoice.account_id},
        )

    def void(self, invoice):
        self.db.execute("INSERT INTO webhook_deliveries (event_type, payload) VALUES ('invoice.voided', :p)", {"p": invoice.id})

    def overdue(self, invoice):
        self.db.execute(
            """
            INSERT INTO webhook_deliveries (event_type, payload, attempts)
            VALUES (%s, %s, 0)
            """,
            (WebhookEvent.INVOICE_OVERDUE.value, invoice.id),
        )

    def read(self, invoice):
        # INSERT INTO webhook_deliveries (event_type) VALUES ('plan.changed')
        return self.db.execute("SELECT * FROM webhook_deliveries WHERE event_type = 'plan.changed'")

    def audit(self, invoice):
        """Never write INSERT INTO webhook_deliveries (event_type) VALUES ('plan.changed') by hand."""
        self.db.execute("INSERT INTO audit_log (entry) VALUES ('plan.changed')")
        self.db.execute("DELETE FROM webhook_deliveries WHERE event_type = 'plan.changed'")
