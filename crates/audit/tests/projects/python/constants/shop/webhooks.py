def trigger_webhook(event_type, payload):
    session.post("https://queue.internal/deliveries", json={"event": event_type, "payload": payload})
