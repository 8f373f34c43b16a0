<h1>Events</h1>
<pre>
$bus->publish('subscription.resumed', ['id' => $id]);
$bus->publish(WebhookEvents::SUBSCRIPTION_RENEWED);
</pre>
<?php if ($showFooter): ?>
<p>Call $this->bus->publish('subscription.expired') for each.</p>
<?php endif; ?>
