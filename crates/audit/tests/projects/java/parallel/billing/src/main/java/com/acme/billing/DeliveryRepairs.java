package com.acme.billing;

import com.acme.hooks.WebhookEvent;
import org.springframework.jdbc.core.JdbcTemplate;

public class DeliveryRepairs {
    private final JdbcTemplate jdbc;

    public DeliveryRepairs(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    public void refund(String body) {
        jdbc.update("INSERT INTO webhook_deliveries (event_type, body) VALUES ('invoice.refunded', ?)", body);
    }

    public void resend(String body) {
        jdbc.update(
                """
                insert into hooks.webhook_deliveries (event_type, body)
                values (?, ?)
                """,
                WebhookEvent.INVOICE_PAID.getValue(),
                body);
    }

    public void export(long id) {
        jdbc.update("UPDATE webhook_outbox SET event_type = ? WHERE id = ?", "invoice.exported", id);
    }

    public void resetUsage(String body) {
        jdbc.update(
                "INSERT INTO webhook_event_queue (event_type, body) "
                        + "VALUES ('usage.reset', ?)",
                body);
    }

    public Object inspect() {
        // jdbc.update("INSERT INTO webhook_deliveries (event_type) VALUES ('usage.purged')");
        jdbc.update("INSERT INTO webhook_endpoints (url, note) VALUES (?, 'usage.purged')", "https://a.example");
        jdbc.update("INSERT INTO mail_deliveries (kind) VALUES ('usage.purged')");
        return jdbc.queryForList("SELECT * FROM webhook_deliveries WHERE event_type = 'usage.purged'");
    }
}
