package com.acme.customers

import com.acme.common.EventBus
import com.acme.common.WebhookEvent
import com.acme.common.emitFor

/** First hop: writes a line and hands the event on. */
class CustomerJournal(private val bus: EventBus) {
    fun write(customerId: String, what: WebhookEvent) {
        bus.emitFor(customerId, what)
    }
}
