package com.acme.billing

import com.acme.common.Event
import com.acme.common.EventBus
import com.acme.common.WebhookEvent

class InvoiceService(
    private val bus: EventBus,
    private val notifier: InvoiceNotifier,
) {
    fun create(id: String) {
        bus.publish(WebhookEvent.INVOICE_CREATED.type, mapOf("id" to id))
    }

    suspend fun update(id: String) {
        val type = WebhookEvent.INVOICE_UPDATED.type
        bus.publish(type, mapOf("id" to id))
    }

    fun settle(id: String, ok: Boolean) {
        var outcome = WebhookEvent.PAYMENT_FAILED
        if (ok) {
            outcome = WebhookEvent.INVOICE_PAID
        }
        bus.publish(outcome, mapOf("id" to id))
    }

    fun close(id: String, hopeless: Boolean) = bus.publish(
        payload = mapOf("id" to id, "previous" to "draft"),
        eventType = if (hopeless) WebhookEvent.INVOICE_WRITTEN_OFF.type else WebhookEvent.INVOICE_VOIDED.type,
    )

    fun finalize(id: String) {
        bus.publish(Event(type = "invoice.finalized", payload = mapOf("id" to id)))
    }

    fun chase(ids: List<String>) {
        ids.forEach { id -> notifier.notifyOverdue(id) }
        ids.forEach(notifier::notifyReminder)
    }
}
