from ticketing.service import TicketService


@router.post("/tickets")
def create_ticket(data, session):
    return TicketService(session).create_ticket(data)


@router.patch("/tickets/{ticket_id}")
def update_ticket(ticket_id, data, session):
    return TicketService(session).update_ticket(ticket_id, data)
