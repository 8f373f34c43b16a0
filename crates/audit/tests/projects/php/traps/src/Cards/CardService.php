<?php

declare(strict_types=1);

namespace Acme\Cards;

use Acme\Events\{EventBus, WebhookEvents};
use Acme\Shared\Topics as SharedTopics;

class CardBase
{
    protected const TYPE = 'card.expired';
}

class CardService extends CardBase
{
    protected const TYPE = 'card.blocked';

    private const LOSSES = [
        'lost' => WebhookEvents::CARD_LOST,
        'stolen' => WebhookEvents::CARD_STOLEN,
    ];

    public function __construct(private EventBus $bus)
    {
    }

    public function block(string $id): void
    {
        $this->bus->publish(self::TYPE, ['id' => $id]);
    }

    public function update(string $id): void
    {
        $this->bus->publish(Topics::UPDATED, ['id' => $id]);
    }

    public function isReplacement(string $type): bool
    {
        return $type === SharedTopics::UPDATED;
    }

    public function lose(string $id): void
    {
        $this->bus->publish(self::LOSSES['lost'], ['id' => $id]);
    }

    public function activate(string $id): void
    {
        /* /* PHP's comments do not nest */ $this->bus->publish(WebhookEvents::CARD_ACTIVATED, ['id' => $id]);
    }

    public function freeze(string $id): void
    {
        $quote = '"';
        $this->bus->publish(WebhookEvents::CARD_FROZEN, ['id' => $id, 'quote' => $quote]); // "
    }

    public function issue(string $id): void
    {
        $url = 'https://cards.example/#/*';
        $this->bus->publish(WebhookEvents::CARD_ISSUED, ['id' => $id, 'url' => $url]); /* no comment before */
    }
}
