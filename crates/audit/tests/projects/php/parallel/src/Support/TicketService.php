<?php

namespace Acme\Support;

use Acme\Hooks\WebhookBus;
use Acme\Hooks\WebhookEvent;

class TicketService
{
    public function __construct(private KafkaStream $stream, private WebhookBus $bus)
    {
    }

    public function open(string $id): void
    {
        $this->stream->emit(SupportEvents::CREATED, ['id' => $id]);
    }

    public function assign(string $id, bool $urgent): void
    {
        $this->stream->emit($urgent ? SupportEvents::ESCALATED : SupportEvents::ASSIGNED, ['id' => $id]);
    }

    public function close(string $tenantId, string $id): void
    {
        $this->stream->emit(SupportEvents::CLOSED, ['id' => $id]);
        $this->bus->publish(WebhookEvent::TicketClosed->value, ['id' => $id], $tenantId);
    }
}
