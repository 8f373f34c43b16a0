"""The help desk."""

from shop.database import connect
from shop.ticketing.events import TicketBus, TicketEvent


class TicketService:
    def __init__(self, tenant_id: str) -> None:
        self.tenant_id = tenant_id
        self.bus = TicketBus()

    def create_ticket(self, customer_id: str, subject: str) -> dict:
        with connect() as db:
            ticket = db.execute(
                "INSERT INTO tickets (tenant_id, customer_id, subject) VALUES (%s, %s, %s) "
                "RETURNING *",
                (self.tenant_id, customer_id, subject),
            ).fetchone()
        self.bus.emit(TicketEvent.CREATED, ticket)
        return ticket

    def assign_ticket(self, ticket_id: str, agent: str) -> None:
        self.bus.emit(TicketEvent.ASSIGNED, self._change(ticket_id, "agent", agent))

    def close_ticket(self, ticket_id: str) -> None:
        self.bus.emit(TicketEvent.CLOSED, self._change(ticket_id, "status", "closed"))

    def _change(self, ticket_id: str, column: str, value: str) -> dict:
        with connect() as db:
            return db.execute(
                f"UPDATE tickets SET {column} = %s WHERE id = %s AND tenant_id = %s RETURNING *",
                (value, ticket_id, self.tenant_id),
            ).fetchone()
