<?php

declare(strict_types=1);

namespace Acme\Subscriptions;

use Acme\Events\{EventBus, WebhookEvents};

class SubscriptionService
{
    private const SNIPPET = "\$bus->publish(WebhookEvents::SUBSCRIPTION_EXPIRED); \$bus->publish('subscription.expired');";

    public function __construct(private EventBus $bus)
    {
    }

    public function help(): string
    {
        return self::SNIPPET . <<<'CODE'
            Do it yourself:
                $bus->publish('subscription.renewed', ['id' => $id]);
                $bus->publish(WebhookEvents::SUBSCRIPTION_RENEWED);
            CODE;
    }

    public function create(string $id): void
    {
        // $this->bus->publish(WebhookEvents::SUBSCRIPTION_PAUSED);
        # $this->bus->publish('subscription.paused');
        /* $this->bus->publish('subscription.paused'); */
        $folder = 'C:\\exports\\';
        $this->bus->publish(WebhookEvents::SUBSCRIPTION_CREATED, ['id' => $id, 'folder' => $folder]); // 'subscription.paused'
    }

    /** Nobody calls it. */
    public function emitTrialEnding(string $id): void
    {
        $this->bus->publish(WebhookEvents::SUBSCRIPTION_TRIAL_ENDING, ['id' => $id]);
    }

    public function emitTrialEnded(string $id): void
    {
        $this->bus->publish(WebhookEvents::SUBSCRIPTION_TRIAL_ENDED, ['id' => $id]);
    }
}
