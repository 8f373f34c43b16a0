def receive_deposit(deposit, tenant_id, db):
    db.save(deposit)
