from webhooks.event_bus import get_event_bus
from webhooks.models import WebhookEvent


class AuthService:
    def __init__(self, db, audit):
        self.db = db
        self.audit = audit

    async def register(self, data, tenant_id):
        user = await self.db.add("users", data, tenant_id)
        await get_event_bus().publish(
            event_type=WebhookEvent.USER_REGISTERED.value,
            event_data={"user_id": user.id},
            tenant_id=tenant_id,
            db=self.db,
        )
        return user

    async def login(self, user):
        self.audit.append({"event_type": WebhookEvent.USER_LOGIN.value, "user_id": user.id})

    async def remove(self, user):
        """Deletes the user.

        Should call get_event_bus().publish(event_type=WebhookEvent.USER_DELETED.value).
        """
        await self.db.remove(user)
