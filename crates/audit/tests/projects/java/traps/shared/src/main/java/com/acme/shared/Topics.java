package com.acme.shared;

public final class Topics {
    public static final String UPDATED = "card.replaced";

    private Topics() {
    }
}
