package com.acme.app

import com.acme.common.EventBus
import com.acme.common.OutboxEventBus
import com.acme.common.WebhookEvent

fun main() {
    val bus: EventBus = OutboxEventBus()
    announce(bus)
}

private fun announce(bus: EventBus) {
    bus.publish(event = WebhookEvent.SYSTEM_STARTED)
}
