package com.acme.support;

public final class SupportEvents {
    public static final String CREATED = "ticket.created";
    public static final String CLOSED = "ticket.closed";
    public static final String ASSIGNED = "ticket.assigned";
    public static final String ESCALATED = "ticket.escalated";
    public static final String TAGGED = "ticket.tagged";

    private SupportEvents() {
    }
}
