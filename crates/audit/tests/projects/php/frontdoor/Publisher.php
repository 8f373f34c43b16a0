<?php

namespace Shop;

use GuzzleHttp\Client;
use GuzzleHttp\RequestOptions;
use Svix\Models\MessageIn;
use Svix\Svix;

enum WebhookEvent: string
{
    case InvoiceCreated = 'invoice.created';
    case InvoicePaid = 'invoice.paid';
    case InvoiceVoided = 'invoice.voided';
    case OrderPlaced = 'order.placed';
    case OrderPacked = 'order.packed';
    case UserCreated = 'user.created';
    case PageViewed = 'page.viewed';
}

class Publisher
{
    private string $base;

    public function guzzle(array $invoice): void
    {
        $client = new Client(['base_uri' => 'http://localhost:8090/api/v1/']);
        $client->post('events', ['json' => ['type' => WebhookEvent::InvoiceCreated->value, 'data' => $invoice]]); // site invoice.created
    }

    public function options(Client $client, array $invoice): void
    {
        $client->request('POST', $this->base . '/api/v1/events', [ // site invoice.paid
            RequestOptions::JSON => ['type' => 'invoice.paid', 'data' => $invoice],
        ]);
    }

    public function laravel(array $invoice): void
    {
        Http::withToken('pk_1')->post("{$this->base}/api/v1/events", ['type' => 'invoice.voided', 'data' => $invoice]); // site invoice.voided
    }

    public function curl(array $order): void
    {
        $handle = curl_init($this->base . '/api/v1/events');
        curl_setopt($handle, CURLOPT_POSTFIELDS, json_encode(['type' => WebhookEvent::OrderPlaced->value, 'data' => $order]));
        curl_exec($handle); // site order.placed
    }

    public function sql(\PDO $db, array $order): void
    {
        $statement = $db->prepare('SELECT postrider.publish(?, ?, ?)');
        $statement->execute(['order.packed', json_encode($order), 'acme']); // site order.packed
    }

    public function withSvix(Svix $svix): void
    {
        $svix->message->create('app_1', MessageIn::create(eventType: 'user.created', payload: [])); // site user.created
    }

    public function elsewhere(Client $client): void
    {
        $client->post('https://stats.example.com/collect', ['json' => ['type' => 'page.viewed']]);
        $client->request('GET', $this->base . '/api/v1/events', ['query' => ['type' => 'page.viewed']]);
    }
}
