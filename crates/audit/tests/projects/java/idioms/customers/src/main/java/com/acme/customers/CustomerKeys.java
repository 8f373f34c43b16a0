package com.acme.customers;

/** Interface of constants, the old way. */
interface CustomerKeys {
    String PREFIX = "customer";
    String CREATED = "customer.created";
}
