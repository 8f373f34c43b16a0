package com.acme.common;

import java.util.Map;

public record Event(String type, Map<String, Object> payload) {

    public static Builder builder() {
        return new Builder();
    }

    public static final class Builder {
        private String type;
        private Map<String, Object> payload = Map.of();

        public Builder type(String type) {
            this.type = type;
            return this;
        }

        public Builder payload(Map<String, Object> payload) {
            this.payload = payload;
            return this;
        }

        public Event build() {
            return new Event(type, payload);
        }
    }
}
