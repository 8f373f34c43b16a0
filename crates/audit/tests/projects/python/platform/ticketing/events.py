from core.events import event_bus


class TicketingEvents:
    TICKET_CREATED = "ticket.created"
    TICKET_UPDATED = "ticket.updated"
    TICKET_CLOSED = "ticket.closed"
    TICKET_ASSIGNED = "ticket.assigned"
    SLA_BREACH = "ticket.sla_breach"


async def emit_ticket_created(ticket):
    await event_bus.publish(TicketingEvents.TICKET_CREATED, {"ticket_id": ticket.id})


async def emit_ticket_updated(ticket, changes):
    await event_bus.publish(TicketingEvents.TICKET_UPDATED, {"ticket_id": ticket.id, "changes": changes})


async def emit_ticket_closed(ticket):
    await event_bus.publish(TicketingEvents.TICKET_CLOSED, {"ticket_id": ticket.id})
