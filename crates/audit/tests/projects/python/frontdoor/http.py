import json
import os
import urllib.request
from urllib.parse import urljoin

import aiohttp
import httpx
import requests

from events import WebhookEvent

BASE = os.environ["POSTRIDER_URL"]
EVENTS = BASE + "/api/v1/events"
HEADERS = {"Authorization": "Bearer pk_1"}


def literal(invoice):
    requests.post("http://localhost:8090/api/v1/events", json={"type": "invoice.created", "data": invoice})  # site invoice.created


def constant(invoice):
    body = {"type": WebhookEvent.INVOICE_PAID, "data": invoice}
    requests.post(EVENTS, data=json.dumps(body), headers=HEADERS, timeout=5)  # site invoice.paid


def f_string(invoice):
    httpx.post(f"{BASE}/api/v1/events", json={"type": WebhookEvent.INVOICE_VOIDED.value, "data": invoice})  # site invoice.voided


class Publisher:
    def __init__(self, base):
        self.url = f"{base}/api/isp/v1/events"
        self.client = httpx.Client(base_url=f"{BASE}/api/v1")
        self.session = requests.Session()

    def client_with_base(self, order):
        self.client.post("/events", json={"type": "order.placed", "data": order})  # site order.placed

    def field(self, order):
        self.session.request("POST", self.url, json={"type": "order.packed", "data": order})  # site order.packed


async def asynchronous(order):
    async with httpx.AsyncClient(base_url="https://hooks.example.com/api/v1/") as client:
        await client.post("events", json={"type": "order.shipped", "data": order})  # site order.shipped


async def with_aiohttp(order):
    async with aiohttp.ClientSession() as session:
        async with session.post(urljoin(BASE, "/api/v1/events"), json={"type": "order.returned", "data": order}) as answer:  # site order.returned
            answer.raise_for_status()


def with_urllib(user):
    body = json.dumps({"type": "user.created", "data": user}).encode()
    request = urllib.request.Request(EVENTS, data=body, method="POST")
    urllib.request.urlopen(request)  # site user.created


def publish(event_type, data):
    requests.post(EVENTS, json={"type": event_type, "data": data})


def relayed(user):
    publish(WebhookEvent.USER_DELETED, user)  # site user.deleted


def batch(teams):
    requests.post(f"{EVENTS}/batch", json={"events": [{"type": "team.created", "data": team} for team in teams]})  # site team.created


def elsewhere(page):
    requests.post("https://stats.example.com/collect", json={"type": "page.viewed", "data": page})
    requests.post("https://api.stripe.com/v1/events", json={"type": "page.viewed"})
    requests.post(BASE + "/api/v1/webhooks/events", json={"type": "page.viewed"})
    requests.get(EVENTS, params={"type": "page.viewed"})
    requests.request("GET", EVENTS, params={"type": "page.viewed"})
