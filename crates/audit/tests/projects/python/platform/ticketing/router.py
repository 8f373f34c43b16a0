from fastapi import APIRouter, Depends

from core.events import event_bus
from ticketing.events import TicketingEvents
from ticketing.service import TicketService

router = APIRouter(prefix="/tickets")


@router.post("")
async def create(data: dict, tenant_id: str, service: TicketService = Depends()):
    return await service.create_ticket(data, tenant_id)


@router.post("/{ticket_id}/close")
async def close(ticket_id: str, service: TicketService = Depends()):
    await service.close_ticket(await service.db.get("tickets", ticket_id))


async def mirror_ticket(payload):
    return payload["ticket_id"]


event_bus.subscribe(TicketingEvents.TICKET_CREATED, mirror_ticket)
event_bus.subscribe("ticket.closed", mirror_ticket)
