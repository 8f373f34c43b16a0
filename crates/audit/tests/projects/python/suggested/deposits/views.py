def receive_deposit(deposit, tenant_id, db):
    deposit.received_at = now()
    db.save(deposit)
