class Ticket(Base):
    __tablename__ = "tickets"

    subject = Column(String)
