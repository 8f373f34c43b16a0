package com.acme.payments

import com.acme.common.EventBus
import com.acme.common.WebhookEvent
import com.acme.payments.PaymentTopics.CAPTURED

object PaymentTopics {
    const val CAPTURED = "payment.captured"
    const val MAX_RETRIES = 5
}

class PaymentService(private val bus: EventBus) {
    fun capture(id: String) = bus.publish(PaymentTopics.CAPTURED, mapOf("id" to id))

    fun recapture(id: String) = bus.publish(CAPTURED, mapOf("id" to id, "again" to true))

    fun refund(id: String) {
        bus.publish(REFUNDED, mapOf("id" to id))
    }

    fun reconcile(id: String) {
        for (step in listOf(WebhookEvent.PAYMENT_DISPUTED, WebhookEvent.PAYMENT_SETTLED)) {
            bus.publish(step.type, mapOf("id" to id))
        }
    }

    companion object {
        private const val REFUNDED = "payment.refunded"
    }
}
