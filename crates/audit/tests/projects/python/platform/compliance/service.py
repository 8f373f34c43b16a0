class ComplianceService:
    def __init__(self, db):
        self.db = db

    async def report_violation(self, rule, tenant_id):
        await self.db.execute(
            """
            INSERT INTO webhook_deliveries (event_type, tenant_id, payload)
            VALUES ('compliance.violation', :tenant_id, :payload)
            """,
            {"tenant_id": tenant_id, "payload": rule.name},
        )
