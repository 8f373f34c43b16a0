class TicketCreateRequest(BaseModel):
    subject: str

    def create_ticket(self, session):
        session.add(Ticket(subject=self.subject))
