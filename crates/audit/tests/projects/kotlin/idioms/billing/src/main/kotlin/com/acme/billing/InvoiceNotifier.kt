package com.acme.billing

import com.acme.common.Event
import com.acme.common.EventBus
import com.acme.common.WebhookEvent as Hook

class InvoiceNotifier(private val bus: EventBus) {
    fun notifyOverdue(id: String) {
        bus
            .inRegion("eu")
            .publish(Hook.INVOICE_OVERDUE.type, mapOf("id" to id))
    }

    fun notifyReminder(id: String) {
        bus.publish(Event(Hook.INVOICE_REMINDER_SENT.type, mapOf("id" to id)))
    }
}
