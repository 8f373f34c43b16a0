<?php

declare(strict_types=1);

namespace Acme\Latest;

use Acme\Events\EventBus;
use Acme\Events\WebhookEvents;

/** Neither the folder nor the file is a test. */
class Contest
{
    public function __construct(private EventBus $bus)
    {
    }

    public function finish(string $winner): void
    {
        $this->bus->publish(WebhookEvents::CONTEST_WON, ['winner' => $winner]);
    }
}
