from core.domain_bus import domain_bus
from tickets.events import TicketEvents
from webhooks.event_bus import get_event_bus
from webhooks.models import WebhookEvent


class TicketService:
    def __init__(self, repo):
        self.repo = repo

    def create(self, data, tenant_id):
        ticket = self.repo.add(data)
        domain_bus.emit(TicketEvents.CREATED, {"id": ticket.id, "tenant_id": tenant_id})
        return ticket

    def assign(self, ticket, agent):
        ticket.agent = agent
        domain_bus.emit(TicketEvents.ASSIGNED, {"id": ticket.id})

    def close(self, ticket, tenant_id):
        ticket.closed = True
        domain_bus.emit(TicketEvents.CLOSED, {"id": ticket.id})
        get_event_bus().publish(event_type=WebhookEvent.TICKET_CLOSED.value, event_data={"id": ticket.id}, tenant_id=tenant_id)

    def escalate(self, ticket):
        self._tell(TicketEvents.ESCALATED, ticket)

    def _tell(self, name, ticket):
        domain_bus.emit(name, {"id": ticket.id})
