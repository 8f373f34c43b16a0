from webhooks import WebhookEvent, get_event_bus, publish_event

FINISHED = {
    "import": WebhookEvent.IMPORT_COMPLETED,
    "export": WebhookEvent.EXPORT_COMPLETED,
}


class JobRunner:
    bus = get_event_bus()

    def run(self, job, tenant_id):
        ok = job.execute()
        publish_event(
            WebhookEvent.IMPORT_COMPLETED if ok else WebhookEvent.IMPORT_FAILED,
            {"job": job.id},
            tenant_id,
        )

    def finish(self, job, tenant_id):
        event = FINISHED.get(job.kind, WebhookEvent.REPORT_GENERATED)
        self.bus.publish(event_type=event, event_data={"job": job.id}, tenant_id=tenant_id)

    def abort(self, job, tenant_id):
        match job.kind:
            case "import":
                event = "import.failed"
            case _:
                event = "export.failed"
        self.bus.publish(event, {"job": job.id}, tenant_id)

    def close_tickets(self, tickets, tenant_id):
        for ticket in tickets:
            for event in [WebhookEvent.TICKET_CREATED, WebhookEvent.TICKET_CLOSED]:
                self.bus.publish(event_type=event.value, event_data={"id": ticket.id}, tenant_id=tenant_id)


def replay_bounces(messages, tenant_id):
    chosen = None or WebhookEvent.EMAIL_BOUNCED
    for message in messages:
        get_event_bus().publish(event_type=chosen, event_data={"id": message.id}, tenant_id=tenant_id)
