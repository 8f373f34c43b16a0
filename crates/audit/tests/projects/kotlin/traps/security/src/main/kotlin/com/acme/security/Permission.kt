package com.acme.security

/** Scopes look like event types, nobody publishes them. */
enum class Permission(val scope: String) {
    INVOICE_READ("invoice.read"),
    INVOICE_WRITE("invoice.write"),
    CARD_READ("card.read"),
    CARD_WRITE("card.write"),
}
