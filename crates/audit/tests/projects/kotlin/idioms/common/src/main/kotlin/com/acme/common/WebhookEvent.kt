package com.acme.common

/** Everything a customer can subscribe a webhook endpoint to. */
enum class WebhookEvent(val type: String) {
    INVOICE_CREATED("invoice.created"),
    INVOICE_UPDATED("invoice.updated"),
    INVOICE_FINALIZED("invoice.finalized"),
    INVOICE_PAID("invoice.paid"),
    INVOICE_VOIDED("invoice.voided"),
    INVOICE_OVERDUE("invoice.overdue"),
    INVOICE_WRITTEN_OFF("invoice.written_off"),
    INVOICE_REMINDER_SENT("invoice.reminder_sent"),
    PAYMENT_CAPTURED("payment.captured"),
    PAYMENT_FAILED("payment.failed"),
    PAYMENT_REFUNDED("payment.refunded"),
    PAYMENT_DISPUTED("payment.disputed"),
    PAYMENT_SETTLED("payment.settled"),
    CUSTOMER_CREATED("customer.created"),
    CUSTOMER_UPDATED("customer.updated"),
    CUSTOMER_DELETED("customer.deleted"),
    CUSTOMER_MERGED("customer.merged"),
    CUSTOMER_TIER_CHANGED("customer.tier_changed"),
    CUSTOMER_EMAIL_VERIFIED("customer.email_verified"),
    CUSTOMER_IMPORTED("customer.imported"),
    ORDER_PLACED("order.placed"),
    ORDER_PACKED("order.packed"),
    ORDER_SHIPPED("order.shipped"),
    ORDER_DELIVERED("order.delivered"),
    ORDER_CANCELLED("order.cancelled"),
    ORDER_RETURNED("order.returned"),
    ORDER_ON_HOLD("order.on_hold"),
    SYSTEM_STARTED("system.started"),
    EXPORT_COMPLETED("export.completed");

    val subject: String
        get() = type.substringBefore('.')
}
