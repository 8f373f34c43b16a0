from notifications import mailer, subscribe


@subscribe("ticket.created")
def handle_ticket_created(event):
    mailer.save(event.payload["ticket"])


@subscribe("ticket.updated")
def handle_ticket_updated(event):
    mailer.save(event.payload["ticket"])
