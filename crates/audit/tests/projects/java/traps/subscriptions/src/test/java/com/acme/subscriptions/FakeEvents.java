package com.acme.subscriptions;

final class FakeEvents {
    static final String STARTED = "fake.started";
    static final String ENDED = "fake.ended";
}
