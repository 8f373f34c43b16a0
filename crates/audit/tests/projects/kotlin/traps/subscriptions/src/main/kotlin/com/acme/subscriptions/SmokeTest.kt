package com.acme.subscriptions

import com.acme.events.EventBus
import com.acme.events.WebhookEvents

class SmokeTest {
    private val bus = EventBus()

    fun downgrades() {
        bus.publish(WebhookEvents.SUBSCRIPTION_DOWNGRADED, mapOf("id" to "s1"))
    }
}
