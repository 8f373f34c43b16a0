package com.acme.refunds

import com.acme.events.EventBus
import com.acme.events.WebhookEvents

interface Desk { fun open(id: String): String }

sealed class Outcome { class Paid : Outcome() }

enum class Reason { LOST, BROKEN }

class RefundService(private val bus: EventBus) : Desk {
    override fun open(id: String): String { bus.publish(WebhookEvents.REFUND_OPENED); return id }

    fun pay(ids: List<String>) = ids.forEach { id -> if (id != "{ }") { bus.publish(WebhookEvents.REFUND_PAID) } }

    fun reject(id: String, reason: Reason) {
        val text = "refund { ${listOf(id).map { "<$it }" }.first() } }" // don't { touch }
        when (reason) { Reason.LOST -> bus.publish(WebhookEvents.REFUND_REJECTED, mapOf("text" to text)); else -> {} }
    }

    companion object { const val TAG = "refunds" }
}
