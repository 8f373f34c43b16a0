package com.acme.billing

import com.acme.events.EventBus
import com.acme.events.WebhookEvents as E
import com.acme.events.WebhookEvents.INVOICE_CREATED
import com.acme.events.WebhookEvents.INVOICE_FLAGGED
import com.acme.events.WebhookEvents.INVOICE_RECEIVED

enum class InvoiceState { OPEN, PARKED }

class InvoiceService(private val bus: EventBus) {
    private val hooks = listOf(::emitIndexed)

    fun create(id: String) {
        val ignored = INVOICE_RECEIVED
        bus.publish(INVOICE_CREATED, mapOf("id" to id, "length" to ignored.length))
        hooks.forEach { it(bus, id) }
        listOf(id).forEach(::sendIndexed)
        // emitCredited(id)
    }

    private fun sendIndexed(id: String) {
        bus.publish(E.INVOICE_INDEXED, mapOf("id" to id, "again" to true))
    }

    private fun emitCredited(id: String) {
        bus.publish(E.INVOICE_CREDITED, mapOf("id" to id))
    }

    // Two helpers that only call each other.
    fun notifySent(id: String, depth: Int) {
        bus.publish(E.INVOICE_SENT, mapOf("id" to id))
        notifyViewed(id, depth - 1)
    }

    fun notifyViewed(id: String, depth: Int) {
        bus.publish(E.INVOICE_VIEWED, mapOf("id" to id))
        if (depth > 0) notifySent(id, depth - 1)
    }

    private fun splitAgain(id: String, parts: Int) {
        bus.publish(E.INVOICE_SPLIT, mapOf("id" to id))
        if (parts > 1) splitAgain(id, parts - 1)
    }

    fun raiseDispute(id: String) {
        sendDisputed(id)
        relay(id, E.INVOICE_EXPORTED)
    }

    private fun sendDisputed(id: String) = bus.publish(E.INVOICE_DISPUTED, mapOf("id" to id))

    @Deprecated("use split")
    fun emitConsolidated(id: String) {
        bus.publish(E.INVOICE_CONSOLIDATED, mapOf("id" to id))
    }

    fun legacySync(id: String) {
        bus.publish(E.INVOICE_SYNCED, mapOf("id" to id))
    }

    fun withholdInvoice(id: String) {
        bus.publish(E.INVOICE_HELD, mapOf("id" to id))
    }

    fun approve(id: String) = relay(id, E.INVOICE_APPROVED)

    private fun relay(id: String, INVOICE_FLAGGED: String) {
        bus.publish(INVOICE_FLAGGED, mapOf("id" to id))
    }

    fun isFlag(type: String): Boolean = type == INVOICE_FLAGGED

    fun approveAll(id: String) {
        bus.publish("invoice.approve", mapOf("id" to id))
    }

    fun receive(id: String) {
        bus.publish("invoice.recieved", mapOf("id" to id))
    }

    fun tokenize(id: String) {
        bus.publish("invoice.tokenized", mapOf("id" to id))
    }

    fun importRow(request: Map<String, String>) {
        bus.publish(request.getValue("event"), emptyMap())
    }

    fun move(id: String, state: InvoiceState) {
        bus.publish("invoice.${state.name.lowercase()}", mapOf("id" to id))
    }
}

private fun emitIndexed(bus: EventBus, id: String) {
    bus.publish(E.INVOICE_INDEXED, mapOf("id" to id))
}
