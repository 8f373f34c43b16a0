package com.acme.payments;

final class PaymentTopics {
    static final String CAPTURED = "payment.captured";
    static final int MAX_RETRIES = 5;

    private PaymentTopics() {
    }
}
