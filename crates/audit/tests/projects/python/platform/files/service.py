from webhooks.event_bus import get_event_bus
from webhooks.models import WebhookEvent


class FileService:
    def __init__(self, db, storage):
        self.db = db
        self.storage = storage

    async def upload(self, blob, tenant_id):
        file = await self.storage.put(blob)
        await get_event_bus().publish(
            event_type=WebhookEvent.FILE_UPLOADED.value,
            event_data={"file_id": file.id},
            tenant_id=tenant_id,
            db=self.db,
        )
        if await self.storage.used(tenant_id) > await self.storage.quota(tenant_id):
            await self.db.execute(
                "INSERT INTO webhook_deliveries (event_type, tenant_id, payload) "
                "VALUES (:event_type, :tenant_id, :payload)",
                {"event_type": WebhookEvent.STORAGE_QUOTA_EXCEEDED.value, "tenant_id": tenant_id, "payload": "{}"},
            )
        return file

    async def delete(self, file, tenant_id):
        await self.storage.remove(file)
        await get_event_bus().publish(
            event_type=WebhookEvent.FILE_DELETED.value,
            event_data={"file_id": file.id},
            tenant_id=tenant_id,
            db=self.db,
        )

    async def _scan_finished(self, file, tenant_id):
        await get_event_bus().publish(
            event_type=WebhookEvent.FILE_SCAN_COMPLETED.value,
            event_data={"file_id": file.id},
            tenant_id=tenant_id,
            db=self.db,
        )
