package com.acme.hooks;

import org.springframework.jdbc.core.JdbcTemplate;

public class DeliverySchema {
    public void migrate(JdbcTemplate jdbc) {
        jdbc.execute("CREATE TABLE webhook_deliveries (id BIGINT, event_type TEXT DEFAULT 'usage.purged', body TEXT)");
        jdbc.execute("CREATE TABLE webhook_outbox (id BIGINT, event_type TEXT)");
    }
}
