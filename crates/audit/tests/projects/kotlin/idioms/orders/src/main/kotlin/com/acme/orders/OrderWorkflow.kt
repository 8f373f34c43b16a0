package com.acme.orders

import com.acme.common.EventBus
import com.acme.common.WebhookEvent
import com.acme.common.WebhookEvent.*

class OrderWorkflow(private val bus: EventBus) {
    private val steps = mapOf(
        "pack" to WebhookEvent.ORDER_PACKED,
        "ship" to WebhookEvent.ORDER_SHIPPED,
    )

    fun place(id: String) = bus.publish(ORDER_PLACED.type, mapOf("id" to id))

    fun pack(id: String) {
        bus.publish(steps["pack"]!!.type, mapOf("id" to id))
    }

    fun advance(id: String, step: String) {
        bus.publish(steps.getOrDefault(step, ORDER_CANCELLED), mapOf("id" to id))
    }

    fun force(id: String, step: String) {
        val event = steps[step] ?: WebhookEvent.ORDER_ON_HOLD
        bus.publish(event.type, mapOf("id" to id))
    }

    fun finish(id: String, how: String) {
        bus.publish(
            when (how) {
                "door", "box" -> ORDER_DELIVERED.type
                else -> ORDER_RETURNED.type
            },
            mapOf("id" to id),
        )
    }

    fun cancel(id: String, reason: Int) {
        val type = when {
            reason == 1 -> "order.cancelled"
            reason > 5 -> {
                println("strange reason")
                ORDER_ON_HOLD.type
            }
            else -> WebhookEvent.ORDER_RETURNED.type
        }
        bus.publish(type, mapOf("id" to id))
    }
}
