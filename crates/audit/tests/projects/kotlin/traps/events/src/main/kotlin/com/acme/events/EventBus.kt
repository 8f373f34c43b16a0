package com.acme.events

/**
 * The bus behind the customers' webhooks.
 *
 * ```
 * bus.publish("subscription.resumed", mapOf("id" to id))
 * bus.publish(WebhookEvents.SUBSCRIPTION_RESUMED)
 * ```
 */
class EventBus {
    private val outbox = mutableListOf<Pair<String, Map<String, Any?>>>()
    private val handlers = mutableMapOf<String, (Map<String, Any?>) -> Unit>()

    fun publish(eventType: String, payload: Map<String, Any?> = emptyMap()) {
        outbox.add(eventType to payload)
    }

    fun on(eventType: String, handler: (Map<String, Any?>) -> Unit) {
        handlers[eventType] = handler
    }

    fun subscribe(eventType: String, handler: (Map<String, Any?>) -> Unit) = on(eventType, handler)
}
