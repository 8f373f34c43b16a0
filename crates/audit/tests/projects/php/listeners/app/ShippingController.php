<?php

namespace App\Http\Controllers;

use App\Events\OrderShippedEvent;

class ShippingController extends Controller
{
    public function ship(Order $order)
    {
        $order->update(['status' => 'shipped']);
        event(new OrderShippedEvent($order));
    }
}
