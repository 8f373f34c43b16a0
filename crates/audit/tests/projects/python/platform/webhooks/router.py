from fastapi import APIRouter

from webhooks.models import WebhookEvent

router = APIRouter(prefix="/webhooks")

SAMPLES = {
    "user.login": {"user_id": "u_1", "ip": "127.0.0.1"},
    "product.created": {"product_id": "p_1"},
}


@router.get("/events")
async def list_events():
    return [event.value for event in WebhookEvent]


@router.get("/events/{name}/sample")
async def sample(name: str):
    return SAMPLES.get(name, {})
