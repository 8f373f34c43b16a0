<?php

declare(strict_types=1);

namespace Acme\Events;

/**
 * The bus behind the customers' webhooks.
 *
 *     $bus->publish('subscription.resumed', ['id' => $id]);
 *     $bus->publish(WebhookEvents::SUBSCRIPTION_RESUMED);
 */
class EventBus
{
    private array $outbox = [];
    private array $handlers = [];

    public function publish(string $eventType, array $payload = []): void
    {
        $this->outbox[] = ['event_type' => $eventType, 'payload' => $payload];
    }

    public function on(string $eventType, callable $handler): void
    {
        $this->handlers[$eventType][] = $handler;
    }

    public function subscribe(string $eventType, callable $handler): void
    {
        $this->on($eventType, $handler);
    }
}
