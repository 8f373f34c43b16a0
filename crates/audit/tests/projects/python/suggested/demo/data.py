def create_ticket(session):
    ticket = Ticket(subject="a demonstration")
    session.add(ticket)
    session.commit()
