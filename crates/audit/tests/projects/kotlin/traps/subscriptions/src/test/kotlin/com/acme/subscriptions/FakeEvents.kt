package com.acme.subscriptions

object FakeEvents {
    const val STARTED = "fake.started"
    const val ENDED = "fake.ended"
}
