package com.acme.payouts

import com.acme.events.EventBus
import com.acme.events.WebhookEvents

/** One name, several variables: each block has its own. */
class Scopes(private val bus: EventBus) {
    fun early(quiet: Boolean) {
        if (quiet) {
            val type = WebhookEvents.SUBSCRIPTION_PAUSED
            println("quiet: $type")
            return
        }
        val type = WebhookEvents.SUBSCRIPTION_CREATED
        bus.publish(type)
    }

    fun siblings(id: String) {
        var type = WebhookEvents.INVOICE_CREATED
        for (type in listOf(WebhookEvents.SUBSCRIPTION_RESUMED, WebhookEvents.SUBSCRIPTION_EXPIRED)) {
            println(type)
        }
        if (id.isEmpty()) {
            type = WebhookEvents.INVOICE_HELD
        } else {
            val type = WebhookEvents.SUBSCRIPTION_RENEWED
            println(type)
        }
        bus.publish("$type", mapOf("id" to id))
        try {
            println(id)
        } catch (error: IllegalStateException) {
            val type = WebhookEvents.ACCOUNT_CLOSED
            listOf(1, 2).forEach { bus.publish(type) }
        }
    }
}
