<?php

namespace App\Models;

class Webhook extends Model
{
    public const EVENT_CREATE_CLIENT = 1;

    public const EVENT_DELETE_CLIENT = 2;

    public const EVENT_CREATE_INVOICE = 3;

    public const STATUS_ACTIVE = 1;

    protected $timeout = 30;
}
