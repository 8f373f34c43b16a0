"""HTTP for orders."""

from fastapi import APIRouter, Header

from shop.orders.refunds import refund_order
from shop.orders.service import OrderService

router = APIRouter(prefix="/orders")


@router.post("", status_code=201)
def create(body: dict, x_tenant: str = Header()) -> dict:
    return OrderService(x_tenant).create_order(body["customer_id"], body["lines"])


@router.post("/{order_id}/status")
def move(order_id: str, body: dict, x_tenant: str = Header()) -> dict:
    return OrderService(x_tenant).move_order(order_id, body["status"])


@router.post("/{order_id}/cancel")
def cancel(order_id: str, body: dict, x_tenant: str = Header()) -> dict:
    return OrderService(x_tenant).cancel_order(order_id, body["reason"])


@router.post("/{order_id}/refund", status_code=204)
def refund(order_id: str, body: dict, x_tenant: str = Header()) -> None:
    refund_order(x_tenant, order_id, body["amount"])
