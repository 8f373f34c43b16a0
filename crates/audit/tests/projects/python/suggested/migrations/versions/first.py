def create_ticket(session):
    session.add(Ticket(subject="the first"))
