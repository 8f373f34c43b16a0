from sqlalchemy import text

PUBLISH = "SELECT postrider.publish(%s, %s, %s)"


def literal(cursor, invoice):
    cursor.execute("SELECT postrider.publish('invoice.created', %s, 'acme')", (invoice,))  # site invoice.created


def parameters(cursor, invoice):
    cursor.execute(PUBLISH, ("invoice.paid", invoice, "acme"))  # site invoice.paid


def named(session, order):
    session.execute(text("SELECT postrider.publish(:type, :data, :tenant)"), {"type": "order.placed", "data": order})  # site order.placed


async def spread(connection, user):
    await connection.fetchval("SELECT postrider.publish($1, $2::json, $3)", "user.created", user, "acme")  # site user.created


def outbox(cursor, user):
    cursor.execute(
        "INSERT INTO postrider.outbox (tenant_id, event_type, data) VALUES (%s, 'user.deleted', %s)", ("acme", user)
    )  # site-2 user.deleted


def elsewhere(cursor):
    cursor.execute("SELECT analytics.publish('page.viewed', %s)", (1,))
    cursor.execute("SELECT event_type FROM postrider.outbox WHERE event_type = 'page.viewed'")
