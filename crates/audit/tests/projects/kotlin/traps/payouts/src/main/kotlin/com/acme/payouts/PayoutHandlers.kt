package com.acme.payouts

import com.acme.events.EventBus
import com.acme.events.WebhookEvents
import io.micrometer.core.instrument.MeterRegistry
import org.springframework.context.event.EventListener
import org.springframework.scheduling.annotation.Scheduled

class PayoutHandlers(private val bus: EventBus, private val metrics: MeterRegistry) : Runnable {
    fun register() {
        bus.on(WebhookEvents.PAYOUT_CREATED) { metrics.counter("payout.created").increment() }
        bus.subscribe("payout.failed") { metrics.counter(WebhookEvents.PAYOUT_FAILED).increment() }
    }

    @EventListener(WebhookEvents.PAYOUT_FAILED)
    fun onFailed(payload: Map<String, Any?>) {
        bus.publish(WebhookEvents.PAYOUT_RETRIED, payload)
    }

    @Scheduled(cron = "0 0 6 * * *")
    private fun sendSchedule() {
        announce("all", WebhookEvents.PAYOUT_SCHEDULED)
    }

    override fun run() {
        announce("all", type = WebhookEvents.PAYOUT_STARTED)
    }

    // Every caller gives a type: the default never holds.
    private fun announce(id: String, type: String = WebhookEvents.PAYOUT_AMENDED) {
        bus.publish(type, mapOf("id" to id))
    }

    fun isFinal(type: String): Boolean = type == WebhookEvents.PAYOUT_PAID || type == "payout.returned"

    fun report() {
        bus.publish("ledger.balanced")
    }
}
