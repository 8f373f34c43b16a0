package com.acme.accounts;

import com.acme.events.*;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

public class AccountService {
    private static final Logger logger = LoggerFactory.getLogger(AccountService.class);

    private final EventBus bus;

    public AccountService(EventBus bus) {
        this.bus = bus;
    }

    public void close(String id) {
        emitDone(id);
    }

    private void emitDone(String id) {
        bus.publish(WebhookEvents.ACCOUNT_CLOSED, Map.of("id", id));
    }

    public void rename(String id) {
        String type = WebhookEvents.PAYOUT_CREATED;
        logger.info(type);
    }

    public void change(String id) {
        String type = WebhookEvents.ACCOUNT_CHANGED;
        logger.info("subscription.resumed", id);
        bus.publish(type, Map.of("id", id, "previous", WebhookEvents.PAYOUT_AMENDED));
    }

    public void replay(ResultSet row) throws SQLException {
        String type = row.getString("event_type");
        bus.publish(type, Map.of("replayed", true));
    }

    public void rebuild(ResultSet row) throws SQLException {
        bus.publish(String.format("account.%s", row.getString("status")), Map.of());
    }
}
