"""The official libraries without code of the page, with secrets of every form."""

import standardwebhooks
import svix.webhooks


def standardwebhooks_verify(key, headers, body):
    standardwebhooks.Webhook(key).verify(body, headers)


def svix_verify(key, headers, body):
    svix.webhooks.Webhook(key).verify(body, headers)
