<?php

namespace Acme\Support;

/** The support team's own Kafka topic, webhooks never see it. */
class KafkaStream
{
    private array $buffer = [];

    public function emit(string $eventType, array $payload = []): void
    {
        $this->buffer[] = [$eventType, $payload];
    }
}
