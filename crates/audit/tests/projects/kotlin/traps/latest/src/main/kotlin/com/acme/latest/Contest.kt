package com.acme.latest

import com.acme.events.EventBus
import com.acme.events.WebhookEvents

/** Neither the folder nor the file is a test. */
class Contest(private val bus: EventBus) {
    fun finish(winner: String) {
        bus.publish(WebhookEvents.CONTEST_WON, mapOf("winner" to winner))
    }
}
