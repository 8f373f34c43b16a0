<?php

namespace App\Events;

class OrderShippedEvent
{
    public function __construct(public Order $order) {}
}

class OrderLostEvent
{
    public function __construct(public Order $order) {}
}
