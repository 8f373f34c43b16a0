<?php

namespace App\Listeners;

use App\Webhook\Engine;
use App\Webhook\WebhookTrigger;

class Budgets
{
    public function __construct(private Engine $engine) {}

    public function handle(object $event): void
    {
        $trigger = WebhookTrigger::STORE_BUDGET;
        if ($event->isUpdate) {
            $trigger = WebhookTrigger::UPDATE_BUDGET;
        }
        $this->engine->setTrigger($trigger);
        $this->engine->generate();
    }

    public function limit(object $event): void
    {
        $this->createWebhookMessages($event->limit, WebhookTrigger::STORE_LIMIT);
    }

    public function isDestroyed(): bool
    {
        return $this->engine->hasTrigger(WebhookTrigger::DESTROY_BUDGET);
    }
}
