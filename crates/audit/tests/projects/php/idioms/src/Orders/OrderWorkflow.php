<?php

declare(strict_types=1);

namespace Acme\Orders;

use Acme\Common\EventBus;
use Acme\Common\WebhookEvent;

class OrderWorkflow
{
    private const STEPS = [
        'pack' => WebhookEvent::OrderPacked,
        'ship' => WebhookEvent::OrderShipped,
    ];

    public function __construct(private EventBus $bus)
    {
    }

    public function place(string $id): void
    {
        $this->bus->publish(WebhookEvent::OrderPlaced, ['id' => $id]);
    }

    public function pack(string $id): void
    {
        $this->bus->publish(self::STEPS['pack']->value, ['id' => $id]);
    }

    public function advance(string $id, string $step): void
    {
        $this->bus->publish(self::STEPS[$step], ['id' => $id]);
    }

    public function force(string $id, string $step): void
    {
        $this->bus->publish(self::STEPS[$step] ?? WebhookEvent::OrderOnHold, ['id' => $id]);
    }

    public function finish(string $id, string $how): void
    {
        $this->bus->publish(match ($how) {
            'door', 'box' => WebhookEvent::OrderDelivered->value,
            default => WebhookEvent::OrderReturned->value,
        }, ['id' => $id]);
    }

    public function cancel(string $id, int $reason): void
    {
        switch ($reason) {
            case 1:
                $type = 'order.cancelled';
                break;
            default:
                $type = WebhookEvent::OrderOnHold->value;
        }
        $this->bus->publish($type, ['id' => $id]);
    }
}
