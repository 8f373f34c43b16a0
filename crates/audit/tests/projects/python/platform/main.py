from fastapi import FastAPI

from billing.router import router as billing_router
from customer_management.router import router as customers_router
from ticketing.router import router as ticketing_router
from webhooks.router import router as webhooks_router

app = FastAPI()
for router in (billing_router, customers_router, ticketing_router, webhooks_router):
    app.include_router(router)
