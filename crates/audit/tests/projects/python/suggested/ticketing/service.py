from ticketing.models import Ticket


class TicketService:
    def __init__(self, session):
        self.session = session

    def create_ticket(self, data):
        ticket = Ticket(subject=data.subject)
        self.session.add(ticket)
        self.session.commit()
        return ticket

    def create_ticket_template(self, data):
        template = TicketTemplate(subject=data.subject)
        self.session.add(template)

    def update_ticket(self, ticket_id, data):
        ticket = self.get_ticket(ticket_id)
        ticket.subject = data.subject
        self.session.commit()
        return ticket

    def resolve(self, ticket_id):
        ticket = self.get_ticket(ticket_id)
        ticket.status = TicketStatus.CLOSED
        self.session.commit()

    def get_ticket(self, ticket_id):
        return self.session.get(Ticket, ticket_id)
