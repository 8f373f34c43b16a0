import logging

from fastapi import APIRouter, Depends

from customers.service import CustomerService
from webhooks.event_bus import get_event_bus

logger = logging.getLogger(__name__)
router = APIRouter(prefix="/customers")


@router.post("")
async def create_customer(data: dict, tenant_id: str, service: CustomerService = Depends()):
    return await service.create(data, tenant_id)


@router.post("/{customer_id}/suspend")
async def suspend_customer(customer_id: str, tenant_id: str, service: CustomerService = Depends()):
    await service.db.execute("UPDATE customers SET status = 'suspended' WHERE id = :id", {"id": customer_id})
    await get_event_bus().publish(
        event_type="customer.suspended",
        event_data={"customer_id": customer_id},
        tenant_id=tenant_id,
        db=service.db,
    )


@router.post("/{customer_id}/reactivate")
async def reactivate_customer(customer_id: str, tenant_id: str, service: CustomerService = Depends()):
    logger.info("user.updated")
    await get_event_bus().publish("customer.reactivated", {"customer_id": customer_id}, tenant_id=tenant_id)


@router.post("/{customer_id}/events")
async def custom_event(customer_id: str, body: dict, tenant_id: str):
    await get_event_bus().publish(
        event_type=body["event_type"],
        event_data=body["data"],
        tenant_id=tenant_id,
    )
