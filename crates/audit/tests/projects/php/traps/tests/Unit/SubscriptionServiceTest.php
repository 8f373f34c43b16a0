<?php

declare(strict_types=1);

namespace Acme\Tests\Unit;

use Acme\Events\EventBus;
use Acme\Events\WebhookEvents;
use Acme\Subscriptions\SubscriptionService;
use PHPUnit\Framework\TestCase;

final class SubscriptionServiceTest extends TestCase
{
    public function testTrialEnds(): void
    {
        $service = new SubscriptionService(new EventBus());
        $service->emitTrialEnded('s1');
        $this->addToAssertionCount(1);
    }

    public function testUpgrade(): void
    {
        $bus = new EventBus();
        $bus->publish(WebhookEvents::SUBSCRIPTION_UPGRADED, ['id' => 's1']);
        $bus->publish('subscription.gifted', ['id' => 's1']);
        $this->addToAssertionCount(1);
    }
}
