<?php

use Doctrine\DBAL\Connection;

final class Version20240101
{
    public function up(Connection $db): void
    {
        $db->executeStatement("CREATE TABLE webhook_deliveries (id BIGINT, event_type TEXT DEFAULT 'usage.purged', body TEXT)");
        $db->executeStatement('CREATE TABLE webhook_outbox (id BIGINT, event_type TEXT)');
    }
}
