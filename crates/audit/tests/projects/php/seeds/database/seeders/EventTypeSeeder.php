<?php

namespace Database\Seeders;

class EventTypeSeeder extends Seeder
{
    public function run(): void
    {
        $events = [
            ['name' => 'order.created', 'label' => 'Created'],
            ['name' => 'order.paid', 'label' => 'Paid'],
            ['name' => 'order.lost', 'label' => 'Lost'],
        ];
        foreach ($events as $event) {
            EventType::create($event);
        }
    }
}
