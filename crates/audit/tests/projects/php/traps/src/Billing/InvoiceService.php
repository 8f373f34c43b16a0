<?php

declare(strict_types=1);

namespace Acme\Billing;

use Acme\Events\EventBus;
use Acme\Events\WebhookEvents as E;

class InvoiceService
{
    public function __construct(private EventBus $bus)
    {
    }

    public function create(string $id): void
    {
        $ignored = E::INVOICE_RECEIVED;
        $this->bus->publish(E::INVOICE_CREATED, ['id' => $id, 'length' => strlen($ignored)]);
        array_map([$this, 'emitIndexed'], [$id]);
        // $this->emitCredited($id);
    }

    private function emitIndexed(string $id): void
    {
        $this->bus->publish(E::INVOICE_INDEXED, ['id' => $id]);
    }

    private function emitCredited(string $id): void
    {
        $this->bus->publish(E::INVOICE_CREDITED, ['id' => $id]);
    }

    // Two helpers that only call each other.
    public function notifySent(string $id, int $depth): void
    {
        $this->bus->publish(E::INVOICE_SENT, ['id' => $id]);
        $this->notifyViewed($id, $depth - 1);
    }

    public function notifyViewed(string $id, int $depth): void
    {
        $this->bus->publish(E::INVOICE_VIEWED, ['id' => $id]);
        if ($depth > 0) {
            $this->notifySent($id, $depth - 1);
        }
    }

    private function splitAgain(string $id, int $parts): void
    {
        $this->bus->publish(E::INVOICE_SPLIT, ['id' => $id]);
        if ($parts > 1) {
            $this->splitAgain($id, $parts - 1);
        }
    }

    public function raiseDispute(string $id): void
    {
        $this->sendDisputed($id);
        $this->relay($id, E::INVOICE_EXPORTED);
    }

    private function sendDisputed(string $id): void
    {
        $this->bus->publish(E::INVOICE_DISPUTED, ['id' => $id]);
    }

    #[\Deprecated('use split()')]
    public function emitConsolidated(string $id): void
    {
        $this->bus->publish(E::INVOICE_CONSOLIDATED, ['id' => $id]);
    }

    public function legacySync(string $id): void
    {
        $this->bus->publish(E::INVOICE_SYNCED, ['id' => $id]);
    }

    public function withholdInvoice(string $id): void
    {
        $this->bus->publish(E::INVOICE_HELD, ['id' => $id]);
    }

    public function approve(string $id): void
    {
        $this->relay($id, E::INVOICE_APPROVED);
    }

    private function relay(string $id, string $type): void
    {
        $this->bus->publish($type, ['id' => $id]);
    }

    public function approveAll(string $id): void
    {
        $this->bus->publish('invoice.approve', ['id' => $id]);
    }

    public function receive(string $id): void
    {
        $this->bus->publish('invoice.recieved', ['id' => $id]);
    }

    public function tokenize(string $id): void
    {
        $this->bus->publish('invoice.tokenized', ['id' => $id]);
    }

    public function importRow(string $id): void
    {
        $this->bus->publish($_POST['event'], ['id' => $id]);
    }
}
