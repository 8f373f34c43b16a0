package com.acme.common

data class Event(val type: String, val payload: Map<String, Any?> = emptyMap())

interface EventBus {
    fun publish(eventType: String, payload: Map<String, Any?> = emptyMap())

    fun publish(event: WebhookEvent, payload: Map<String, Any?> = emptyMap())

    fun publish(event: Event)

    fun inRegion(region: String): EventBus
}

class OutboxEventBus : EventBus {
    private val outbox = mutableListOf<Event>()

    override fun publish(eventType: String, payload: Map<String, Any?>) {
        outbox.add(Event(eventType, payload))
    }

    override fun publish(event: WebhookEvent, payload: Map<String, Any?>) {
        outbox.add(Event(event.type, payload))
    }

    override fun publish(event: Event) {
        outbox.add(event)
    }

    override fun inRegion(region: String): EventBus = this
}
