"""Transactional outbox: publishes an event in the transaction of its business change. Both are committed, or neither.

    DATABASE_URL=postgresql://billing@localhost/app python publish.py TENANT
"""

import os
import sys
from decimal import Decimal
from uuid import uuid4

from sqlalchemy import JSON, CheckConstraint, Numeric, cast, create_engine, func, make_url, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

APPROVAL_ABOVE = Decimal("1000.00")


class Base(DeclarativeBase):
    """The application's own tables."""


class Invoice(Base):
    """An invoice, the business object of this example."""

    __tablename__ = "invoices"
    __table_args__ = (CheckConstraint("amount > 0"),)

    invoice_id: Mapped[str] = mapped_column(primary_key=True, default=lambda: f"inv_{uuid4().hex}")
    amount: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    currency: Mapped[str]


class NeedsApproval(Exception):
    """The business refuses this invoice."""


def publish(session: Session, event_type: str, data: dict, tenant: str) -> str:
    """Publishes in the session's transaction and returns the event's id. `func.postrider.publish` is the function
    `publish` of the schema `postrider`."""
    return session.scalars(select(func.postrider.publish(event_type, cast(data, JSON), tenant))).one()


def create_invoice(session: Session, tenant: str, amount: Decimal) -> tuple[str, str]:
    """Inserts an invoice and publishes `invoice.created`; returns the ids of both."""
    invoice = Invoice(amount=amount, currency="EUR")
    session.add(invoice)
    session.flush()
    data = {"invoice_id": invoice.invoice_id, "amount": str(amount), "currency": invoice.currency}
    event_id = publish(session, "invoice.created", data, tenant)
    # A late business error: the invoice and the event are rolled back together.
    if amount > APPROVAL_ABOVE:
        raise NeedsApproval(f"an invoice above {APPROVAL_ABOVE} needs an approval")
    return invoice.invoice_id, event_id


def main() -> None:
    if len(sys.argv) != 2 or "DATABASE_URL" not in os.environ:
        sys.exit("usage: DATABASE_URL=… python publish.py TENANT")
    tenant = sys.argv[1]
    # A usual PostgreSQL URL, with psycopg 3 as the driver.
    engine = create_engine(make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+psycopg"))
    Base.metadata.create_all(engine)

    # A block that ends normally commits; a block that raises rolls back.
    with Session(engine) as session, session.begin():
        invoice_id, event_id = create_invoice(session, tenant, Decimal("119.00"))
    print(f"committed: invoice {invoice_id}, event {event_id}")

    try:
        with Session(engine) as session, session.begin():
            create_invoice(session, tenant, Decimal("5000.00"))
    except NeedsApproval as refusal:
        print(f"rolled back: {refusal}; no event")


if __name__ == "__main__":
    main()
