package com.acme.cards;

import static com.acme.events.WebhookEvents.*;

import com.acme.events.EventBus;
import com.acme.shared.*;
import java.util.Map;

public class CardService {
    private static final String CARD_EXPIRED = "card.blocked";
    private static final Map<String, String> LOSSES = Map.of("lost", CARD_LOST, "stolen", CARD_STOLEN);

    private final EventBus bus;

    public CardService(EventBus bus) {
        this.bus = bus;
    }

    public void add(String id) {
        String CARD_ADDED = CARD_REMOVED;
        bus.publish(CARD_ADDED, Map.of("id", id));
    }

    public void expire(String id) {
        bus.publish(CARD_EXPIRED, Map.of("id", id));
    }

    public void update(String id) {
        bus.publish(Topics.UPDATED, Map.of("id", id));
    }

    public void lose(String id) {
        bus.publish(LOSSES.get("lost"), Map.of("id", id));
    }

    public void activate(String id) {
        /* /* Java's comments do not nest */ bus.publish(CARD_ACTIVATED, Map.of("id", id));
    }

    public void freeze(String id) {
        char quote = '"';
        bus.publish(CARD_FROZEN, Map.of("id", id, "quote", quote)); // "
    }

    public void issue(String id) {
        String url = "https://cards.example/*";
        bus.publish(CARD_ISSUED, Map.of("id", id, "url", url)); /* the url is no comment */
    }
}
