from core.events import event_bus
from ticketing.events import (
    TicketingEvents,
    emit_ticket_closed,
    emit_ticket_created,
    emit_ticket_updated,
)


class TicketService:
    def __init__(self, db):
        self.db = db

    async def create_ticket(self, data, tenant_id):
        ticket = await self.db.add("tickets", data, tenant_id)
        await emit_ticket_created(ticket)
        return ticket

    async def update_ticket(self, ticket, changes):
        await self.db.save(ticket, changes)
        await emit_ticket_updated(ticket, changes)

    async def assign_ticket(self, ticket, agent):
        ticket.agent_id = agent.id
        await event_bus.publish(TicketingEvents.TICKET_ASSIGNED, {"ticket_id": ticket.id})

    async def close_ticket(self, ticket):
        ticket.open = False
        await emit_ticket_closed(ticket)


async def check_sla(tickets, now):
    for ticket in tickets:
        if ticket.due_at < now:
            await event_bus.publish(TicketingEvents.SLA_BREACH, {"ticket_id": ticket.id})
