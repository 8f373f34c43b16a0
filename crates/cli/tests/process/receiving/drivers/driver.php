<?php

// Runs a block of the page on the cases in a folder: driver.php BLOCK CASES. A warning counts as an error.

error_reporting(E_ALL);
set_error_handler(function (int $level, string $message): bool {
    throw new ErrorException($message, 0, $level);
});

[, $block, $cases] = $argv;
require $block;

foreach (array_diff(scandir($cases), ['.', '..']) as $case) {
    $read = fn (string $name): string => file_get_contents("$cases/$case/$name");
    $verified = verify($read('secret'), $read('id'), $read('timestamp'), $read('signatures'), $read('body'));
    echo $case, $verified ? " verified\n" : " refused\n";
}
