package com.acme.customers

import com.acme.common.EventBus
import com.acme.common.WebhookEvent
import com.acme.common.emitFor

private const val PREFIX = "customer"

class CustomerService(private val bus: EventBus, private val journal: CustomerJournal) {
    fun signUp(id: String) {
        bus.publish("customer.created", mapOf("id" to id))
    }

    fun merge(id: String, other: String) {
        bus.publish("$PREFIX.merged", mapOf("id" to id, "other" to other))
    }

    fun changeTier(id: String) {
        bus.publish("${PREFIX}." + "tier_changed", mapOf("id" to id))
    }

    fun verifyEmail(id: String) {
        journal.write(id, WebhookEvent.CUSTOMER_EMAIL_VERIFIED)
    }

    fun remove(ids: List<String>) {
        ids.forEach {
            bus.emitFor(it, WebhookEvent.CUSTOMER_DELETED)
        }
    }

    fun rename(id: String) = touch(id)

    fun importRow(id: String) = touch(id, event = WebhookEvent.CUSTOMER_IMPORTED)

    private fun touch(id: String, quiet: Boolean = false, event: WebhookEvent = WebhookEvent.CUSTOMER_UPDATED) {
        if (!quiet) {
            bus.publish(event, mapOf("id" to id))
        }
    }
}
