package com.acme.common

/** Second hop for everything that concerns one record. */
fun EventBus.emitFor(id: String, what: WebhookEvent) {
    publish(what.type, mapOf("id" to id))
}
