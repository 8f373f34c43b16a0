<?php

declare(strict_types=1);

namespace Acme\Subscriptions;

use Acme\Events\EventBus;
use Acme\Events\WebhookEvents;
use PHPUnit\Framework\TestCase;

final class SmokeTest extends TestCase
{
    public function testDowngrade(): void
    {
        (new EventBus())->publish(WebhookEvents::SUBSCRIPTION_DOWNGRADED, ['id' => 's1']);
        $this->addToAssertionCount(1);
    }
}
