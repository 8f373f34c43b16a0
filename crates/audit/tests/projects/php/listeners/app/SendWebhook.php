<?php

namespace App\Listeners;

use App\Events\OrderLostEvent;
use App\Events\OrderShippedEvent;
use App\Webhooks\WebhookEvent;

class SendShippedWebhook
{
    public function handle(OrderShippedEvent $event): void
    {
        $this->webhooks->send(WebhookEvent::OrderShipped, $event->order);
    }
}

class SendLostWebhook
{
    public function handle(OrderLostEvent $event): void
    {
        $this->webhooks->send(WebhookEvent::OrderLost, $event->order);
    }
}
