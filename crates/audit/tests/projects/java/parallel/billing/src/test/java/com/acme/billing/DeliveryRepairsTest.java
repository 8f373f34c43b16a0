package com.acme.billing;

import org.springframework.jdbc.core.JdbcTemplate;

class DeliveryRepairsTest {
    void seeds(JdbcTemplate jdbc) {
        jdbc.update("INSERT INTO webhook_deliveries (event_type, body) VALUES ('usage.purged', '{}')");
    }
}
