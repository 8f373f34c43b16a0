"""HTTP for customers."""

from fastapi import APIRouter, Header

from shop.customers.service import CustomerService

router = APIRouter(prefix="/customers")


@router.post("", status_code=201)
def create(body: dict, x_tenant: str = Header()) -> dict:
    return CustomerService(x_tenant).create_customer(body["name"], body["email"])


@router.patch("/{customer_id}")
def update(customer_id: str, body: dict, x_tenant: str = Header()) -> dict:
    return CustomerService(x_tenant).update_customer(customer_id, body["email"])


@router.delete("/{customer_id}", status_code=204)
def delete(customer_id: str, x_tenant: str = Header()) -> None:
    CustomerService(x_tenant).delete_customer(customer_id)
