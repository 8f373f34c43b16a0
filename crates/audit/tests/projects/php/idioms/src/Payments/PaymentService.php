<?php

declare(strict_types=1);

namespace Acme\Payments;

use Acme\Common\Bus;
use Acme\Common\WebhookEvent;

final class PaymentTopics
{
    public const CAPTURED = 'payment.captured';
    public const MAX_RETRIES = 5;
}

class PaymentService
{
    private const REFUNDED = 'payment.refunded';

    public function capture(string $id): void
    {
        Bus::publish(PaymentTopics::CAPTURED, ['id' => $id]);
    }

    public function refund(string $id): void
    {
        Bus::instance()->publish(self::REFUNDED, ['id' => $id]);
    }

    public function reconcile(string $id): void
    {
        foreach ([WebhookEvent::PaymentDisputed, WebhookEvent::PaymentSettled] as $step) {
            Bus::publish($step->value, ['id' => $id]);
        }
    }
}
