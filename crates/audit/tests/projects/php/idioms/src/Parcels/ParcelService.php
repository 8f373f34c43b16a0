<?php

declare(strict_types=1);

namespace Acme\Parcels;

use Acme\Common\EventBus;
use Acme\Common\WebhookEvent;

final class ParcelService
{
    private const FALLBACK = WebhookEvent::ParcelReturned;

    private const LAST = self::FALLBACK;

    public function __construct(private EventBus $bus)
    {
    }

    public function ship(string $id): void
    {
        $this->bus->publish(WebhookEvent::PARCEL_DEFAULT->value, ['id' => $id]);
    }

    public function lose(string $id): void
    {
        $this->announce($id);
    }

    public function giveBack(string $id): void
    {
        $this->bus->publish(self::LAST->value, ['id' => $id]);
    }

    private function announce(string $id, WebhookEvent $event = WebhookEvent::PARCEL_LAST): void
    {
        $this->bus->publish($event->value, ['id' => $id]);
    }
}
