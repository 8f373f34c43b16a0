<?php

namespace Acme\Tests\Billing;

use Doctrine\DBAL\Connection;
use PHPUnit\Framework\TestCase;

final class DeliveryRepairsTest extends TestCase
{
    private Connection $db;

    protected function setUp(): void
    {
        $this->db->executeStatement("INSERT INTO webhook_deliveries (event_type, body) VALUES ('usage.purged', '{}')");
    }
}
