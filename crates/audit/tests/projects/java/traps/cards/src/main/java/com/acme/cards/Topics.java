package com.acme.cards;

final class Topics {
    static final String UPDATED = "card.updated";

    private Topics() {
    }
}
