<?php

declare(strict_types=1);

namespace Acme\Payouts;

use Acme\Events\EventBus;
use Acme\Events\WebhookEvents;
use Acme\Metrics\Metrics;
use Symfony\Component\EventDispatcher\Attribute\AsEventListener;
use Symfony\Component\Scheduler\Attribute\AsCronTask;

class PayoutHandlers
{
    public function __construct(private EventBus $bus, private Metrics $metrics)
    {
    }

    public static function getSubscribedEvents(): array
    {
        return [
            WebhookEvents::PAYOUT_PAID => 'onPaid',
            'payout.returned' => 'onPaid',
        ];
    }

    public function register(): void
    {
        $this->bus->on(WebhookEvents::PAYOUT_CREATED, fn () => $this->metrics->increment('payout.created'));
        $this->bus->subscribe('payout.failed', fn () => $this->metrics->increment(WebhookEvents::PAYOUT_FAILED));
    }

    #[AsEventListener(event: WebhookEvents::PAYOUT_FAILED)]
    public function onFailed(array $payload): void
    {
        $this->bus->publish(WebhookEvents::PAYOUT_RETRIED, $payload);
    }

    public function onPaid(array $payload): void
    {
        $this->metrics->increment('payout.paid');
    }

    #[AsCronTask('0 6 * * *')]
    private function sendSchedule(): void
    {
        $this->notify('all', WebhookEvents::PAYOUT_SCHEDULED);
    }

    public function __invoke(): void
    {
        $this->notify('all', type: WebhookEvents::PAYOUT_STARTED);
    }

    // Every caller gives a type: the default never holds.
    private function notify(string $id, string $type = WebhookEvents::PAYOUT_AMENDED): void
    {
        $this->bus->publish($type, ['id' => $id]);
    }

    public function report(): void
    {
        $this->bus->publish('ledger.balanced');
    }
}
