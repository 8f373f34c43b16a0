package com.acme.partners;

/** Their own names, but the same bus. */
public interface PartnerEvents {
    String JOINED = "partner.joined";
    String LEFT = "partner.left";
}
