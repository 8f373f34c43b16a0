"""The shop's server."""

from fastapi import FastAPI

from shop.billing import payments
from shop.customers import router as customers
from shop.orders import router as orders

app = FastAPI()
app.include_router(customers.router)
app.include_router(orders.router)
app.include_router(payments.router)
