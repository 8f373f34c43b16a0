<?php

namespace App\Webhook;

class Engine
{
    private WebhookTrigger $trigger;

    public function setTrigger(WebhookTrigger $trigger): void
    {
        $this->trigger = $trigger;
    }

    public function generate(): void
    {
        foreach (Webhook::where('trigger', $this->trigger)->get() as $webhook) {
            WebhookMessage::create(['webhook_id' => $webhook->id]);
        }
    }
}
