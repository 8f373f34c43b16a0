package com.acme.security;

/** Scopes look like event types, nobody publishes them. */
public final class Permissions {
    public static final String INVOICE_READ = "invoice.read";
    public static final String INVOICE_WRITE = "invoice.write";
    public static final String CARD_READ = "card.read";
    public static final String CARD_WRITE = "card.write";

    private Permissions() {
    }
}
