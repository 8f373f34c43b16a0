def test_delivery(db, bus):
    db.execute("INSERT INTO webhook_deliveries (event_type) VALUES ('refund.failed')")
    bus.publish("usage.capped", {"id": 1})
