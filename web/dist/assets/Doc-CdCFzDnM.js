import{r as e}from"./rolldown-runtime-XKyaHtl9.js";import{Fn as t,Pn as n,xt as r}from"./vendor-DCshCOmr.js";import{r as i}from"./context-YlSVHPeS.js";import{t as a}from"./text-Dk_aZkHb.js";var o=e(t(),1),s='# Filters\n\nA filter is a condition on the content of an event. A subscription with a filter receives only the events for which the\ncondition is true. Filters are written in [CEL](https://cel.dev), the Common Expression Language:\n\n```cel\ndata.amount > 100 && data.currency == "EUR"\n```\n\nA filter is checked when it is saved. Whatever is wrong without looking at an event is refused then, with the line and\nthe column: syntax, unknown names, a bad regular expression, `type == 5`, `1 / 0`, a result that is no condition.\n\nThe field `filter` of a subscription holds it. An event goes to a subscription when its type is one of the subscription\'s\n[event types](publishing.md), when it has one of the subscription\'s [channels](#channels), and when the filter is true.\n\n<!-- run -->\n\n```sh\nSUB=$(curl -s http://127.0.0.1:8080/api/v1/webhooks/subscriptions -H "Authorization: Bearer $KEY" \\\n  -d \'{"url": "http://127.0.0.1:9000/", "events": ["invoice.*"], "filter": "data.amount > 100"}\' \\\n  | grep -o \'sub_[0-9a-z]*\' | head -n 1)\n\nfor amount in 20 150; do\n  curl -s http://127.0.0.1:8080/api/v1/events -H "Authorization: Bearer $KEY" \\\n    -d "{\\"type\\": \\"invoice.paid\\", \\"data\\": {\\"amount\\": $amount}}"\ndone\n```\n\n<!-- expect: "deliveries":0 -->\n<!-- expect: "deliveries":1 -->\n<!-- receives: "amount": 150 -->\n\n`PATCH` changes a filter, and `null` removes it. A change holds for events that are published after it: deliveries that exist\nalready are sent.\n\n<!-- run: refused -->\n\n```sh\ncurl -s -X PATCH http://127.0.0.1:8080/api/v1/webhooks/subscriptions/$SUB -H "Authorization: Bearer $KEY" \\\n  -d \'{"filter": "data.amount >"}\'\n```\n\n<!-- expect: "field":"filter" -->\n<!-- expect: line 1, column -->\n\n## Try a filter\n\n`POST /api/v1/webhooks/subscriptions/filter-test` decides a filter on an event, and stores nothing. The event has a `type` with\n`data` and `metadata`, or it is the `id` of a published event. Without `data` the example of the type is used.\n\n<!-- run -->\n\n```sh\ncurl -s http://127.0.0.1:8080/api/v1/webhooks/subscriptions/filter-test -H "Authorization: Bearer $KEY" \\\n  -d \'{"filter": "data.total > 100", "event": {"type": "invoice.paid", "data": {"amount": 150}}}\'\ncurl -s http://127.0.0.1:8080/api/v1/webhooks/subscriptions/filter-test -H "Authorization: Bearer $KEY" \\\n  -d \'{"filter": "data.amount = 100", "event": {"type": "invoice.paid"}}\'\n```\n\n<!-- expect: "valid":true,"fault":null,"matches":false,"explanation":" -->\n<!-- expect: "valid":false,"fault":{"message":" -->\n\n| field | meaning |\n| --- | --- |\n| `valid` | whether a subscription can have the filter |\n| `fault` | the first fault: `message`, `line` and `column`; `null` for a valid filter |\n| `matches` | whether the event goes to the subscription; `null` for a filter that is not valid |\n| `explanation` | why it does not |\n\n## Channels\n\nA channel is a label of an event, such as a project or a region. An event and a subscription may have 10 each, with 1 to 100\nletters, digits and the characters `-_.:`. A subscription with channels gets the events that have at least one of them; a\nsubscription without channels gets all events. Channels cost less than a filter.\n\n<!-- run -->\n\n```sh\ncurl -s -X PATCH http://127.0.0.1:8080/api/v1/webhooks/subscriptions/$SUB -H "Authorization: Bearer $KEY" \\\n  -d \'{"channels": ["project:7", "project:8"]}\'\ncurl -s http://127.0.0.1:8080/api/v1/events -H "Authorization: Bearer $KEY" \\\n  -d \'{"type": "invoice.paid", "data": {"amount": 170}, "channels": ["project:7"]}\'\ncurl -s http://127.0.0.1:8080/api/v1/events -H "Authorization: Bearer $KEY" \\\n  -d \'{"type": "invoice.paid", "data": {"amount": 180}, "channels": ["project:9"]}\'\n```\n\n<!-- expect: "channels":["project:7","project:8"] -->\n<!-- receives: "amount": 170 -->\n\nChannels are not sent to the receiver.\n\n## Why did an event not arrive?\n\n`POST /api/v1/events/preview` takes an event and says for each subscription whether it would get it. Nothing is published.\n\n<!-- run -->\n\n```sh\ncurl -s http://127.0.0.1:8080/api/v1/events/preview -H "Authorization: Bearer $KEY" \\\n  -d \'{"type": "invoice.paid", "data": {"amount": 20}, "channels": ["project:7"]}\'\ncurl -s http://127.0.0.1:8080/api/v1/events/preview -H "Authorization: Bearer $KEY" \\\n  -d \'{"type": "invoice.paid", "data": {"amount": 150}}\'\n```\n\n<!-- expect: "reason":"filtered_out","explanation":"the condition is false" -->\n<!-- expect: "reason":"other_channels" -->\n\nAn event that is left out makes no delivery, so it is not in the log of deliveries. It is counted: `filtered` of the\n[statistics](statistics.md), by subscription and event type, and the metric `postrider_deliveries_filtered_total`.\n\n<!-- run: until -->\n\n```sh\ncurl -s http://127.0.0.1:8080/api/v1/webhooks/subscriptions/$SUB/stats -H "Authorization: Bearer $KEY"\n```\n\n<!-- expect: "filtered":2 -->\n\n| request | filter and channels |\n| --- | --- |\n| publishing, batches, the outbox | decide |\n| [replays](replay.md) of missed events | decide, as they are at the time of the replay |\n| replays of deliveries, `POST …/deliveries/{id}/retry` | have no effect: the delivery exists |\n| `POST …/subscriptions/{id}/test` | have no effect |\n\n## Examples\n\nOrders above an amount in one currency:\n\n```cel\ndata.amount >= 250 && data.currency == "EUR"\n```\n\nOne of several values:\n\n```cel\ndata.status in ["paid", "refunded", "disputed"]\n```\n\nSome event types of a subscription of many:\n\n```cel\ntype.startsWith("order.") && type != "order.viewed"\n```\n\nA field that may be absent:\n\n```cel\n!has(data.test) || data.test == false\n```\n\nAn element of a list:\n\n```cel\ndata.items.exists(item, item.sku == "A-100" && item.quantity > 1)\n```\n\nAll elements of a list, of which there is at least one:\n\n```cel\nsize(data.items) > 0 && data.items.all(item, item.price < 50)\n```\n\nA name that is no CEL identifier:\n\n```cel\n"customer-tier" in data && data["customer-tier"] == "gold"\n```\n\nText that ignores case, and a regular expression:\n\n```cel\ndata.email.lowerAscii().endsWith("@example.com") || data.phone.matches(r"^\\+34\\d{9}$")\n```\n\nA limit that depends on the currency:\n\n```cel\ndata.currency in ["EUR", "USD"] && data.amount > (data.currency == "EUR" ? 100 : 120)\n```\n\nA time:\n\n```cel\ntimestamp(data.due) - timestamp(data.created) > duration("72h") && timestamp(data.due).getDayOfWeek() in [0, 6]\n```\n\n## Variables\n\n| variable | type | content |\n| --- | --- | --- |\n| `data` | map | the event\'s data |\n| `metadata` | map | the event\'s metadata; empty when it has none |\n| `type` | string | the event\'s type, such as `order.paid` |\n| `tenant` | string | the tenant of the event |\n\n`type` is a variable here, so CEL\'s function `type()` does not exist. `data.customer.id` and `data["customer"]["id"]` read\na field, `data.items[0]` an element.\n\n## Operators\n\nFrom the loosest to the tightest:\n\n| operator | meaning |\n| --- | --- |\n| `c ? a : b` | `a` if the condition `c` is true, else `b` |\n| `\\|\\|` | or |\n| `&&` | and |\n| `==` `!=` `<` `<=` `>` `>=` | comparison; values of different types are not equal, and have no order |\n| `in` | an element of a list, a key of a map |\n| `+` `-` | numbers, times; `+` also joins strings and lists |\n| `*` `/` `%` | numbers |\n| `!` `-` | not, negative |\n| `a.b` `a[b]` | field, element |\n\n`[1, "a"]` is a list, `{"a": 1}` a map, `"a"`, `\'a\'` and `"""a"""` are strings, `r"\\d"` is a string without escape\nsequences, `// text` is a comment.\n\n## Functions\n\n| function | result |\n| --- | --- |\n| `has(data.a)` | whether the field exists; its parent must exist |\n| `size(x)`, `x.size()` | characters of a string, elements of a list or a map |\n| `s.contains(t)`, `s.startsWith(t)`, `s.endsWith(t)` | whether the string has this part |\n| `s.matches(r"…")` | whether a part of the string matches the regular expression ([RE2 syntax](https://docs.rs/regex/latest/regex/#syntax)), which must be a string in the filter; `^` and `$` bind it to the ends |\n| `s.lowerAscii()`, `s.upperAscii()` | the string with the letters A to Z changed |\n| `l.all(x, c)`, `l.exists(x, c)`, `l.exists_one(x, c)` | whether the condition `c` is true for all, at least one, exactly one element `x`; of a map, for its keys |\n| `l.filter(x, c)`, `l.map(x, v)`, `l.map(x, c, v)` | the list of the elements with the condition `c`, or of the values `v` |\n| `int(x)`, `uint(x)`, `double(x)` | the number of a string or a number; `int` drops the fraction; `int` of a timestamp is in seconds |\n| `string(x)` | the string of a number, boolean, timestamp or duration |\n| `timestamp(x)` | the timestamp of an RFC 3339 string such as `"2026-01-31T12:00:00Z"`, or of seconds since 1970 |\n| `duration(s)` | the duration of a string such as `"1h30m"` (units `h`, `m`, `s`, `ms`, `us`, `ns`) |\n| `t.getFullYear()`, `getMonth` (January is 0), `getDate` (from 1), `getDayOfMonth` (from 0), `getDayOfWeek` (Sunday is 0), `getDayOfYear` (from 0), `getHours`, `getMinutes`, `getSeconds`, `getMilliseconds` | a part of a timestamp, in UTC |\n\nThere is no `now()`: a filter gives the same decision at any time, also for a retry and a replay.\n\n## Numbers\n\nJSON has one type of number, so the spelling does not matter: 150, 150.0 and 1.5e2 are the same whole number.\n\n- Whole numbers from −2^63 to 2^64 − 1 are exact, and compare exactly with all others. A result outside of this range is an\n  error, not a rounded number.\n- Fractions and longer numbers are IEEE 754 doubles: `0.1 + 0.2 == 0.3` is false.\n- Whole numbers divide to a whole number: `7 / 2` is 3, `7 / 2.0` is 3.5. `data.amount / 2` of 7.0 is 3 too.\n- Division of any number by the whole number 0 is an error. `%` takes whole numbers only.\n- Different from CEL: `int`, `uint` and `double` mix in arithmetic.\n\n## Missing fields\n\nA field that is missing is an error, and an event with an error does not match. So do a comparison of values whose types\nhave no order (`"5" < 6`), an overflow and a division by zero. Only another part that decides alone prevents it:\n\n- `a && b` is false when one is false, even when the other one is an error; `a || b` is true when one is true. The same\n  holds for the elements of `all` and `exists`.\n- `!(data.a == 1)` does not match without `data.a`. To accept such events, write `!has(data.a) || data.a != 1`.\n- `has(data.a.b)` is an error without `data.a`; write `has(data.a) && has(data.a.b)`.\n- `null` is a value: `data.a == null` is true for `{"a": null}`, and an error for `{}`.\n\n## Limits\n\n| limit | value |\n| --- | --- |\n| length of a filter | 4,000 characters |\n| levels of brackets, chained operators and conditionals around any place | 64 |\n| steps of one decision | 100,000 |\n| compiled regular expressions of a filter | 256 KiB |\n| nesting of `data` and `metadata` | 127 levels |\n\nEach operator, field, function and element of a loop is a step. 32 bytes of a string that is read are a step. `matches`\ntakes 1, 3, 10 or 42 steps for each byte of the string, with a compiled regular expression of up to 4, 16, 64 or 256 KiB:\nso the string may have 100,000 bytes with a small one, and 2,300 with the largest. `\\d` and `\\w` stand for the digits and\nletters of all scripts and need up to 20 KiB; `[0-9]` and `[a-z]` need less than 100 bytes. A filter that\nneeds more steps does not match. Loops over a list of 100 elements fit twice inside each other, not three times.\n\nAn event whose data is nested more deeply, has a number beyond the range of a double (1e309) or half of a surrogate pair\n(`"\\ud800"`) matches no filter.\n\nNot supported: bytes, messages (`Type{field: 1}`), optional values (`a.?b`), names in backticks, `type()`, `dyn()`,\n`bool()`, and time zones other than UTC. Stricter than CEL: a part that always fails, such as `1 / 0`, is refused even\nwhere another part decides.\n',c=`# Transformations

A subscription can change its requests before they are sent: by a **template**, which is a fixed format of a well-known receiver, or by
a **script** in JavaScript. A transformation changes the request only. The event, its data in the API and its deliveries to other
subscriptions stay as they are. Every attempt of a delivery is transformed anew, and the signature is computed over the transformed body.

## In the API

The field \`transformation\` of a subscription has either a \`script\`, or a \`template\` with its \`options\`. A change replaces it, \`null\`
removes it. A script is compiled when it is saved, and refused with its line if it does not compile.

<!-- run -->

\`\`\`sh
SUB=$(curl -s http://127.0.0.1:8080/api/v1/webhooks/subscriptions -H "Authorization: Bearer $KEY" \\
  -d '{"url": "http://127.0.0.1:9000/", "events": ["invoice.*"], "transformation": {"script":
       "export default function (webhook) {\\n  webhook.body = { text: \`Invoice of \${webhook.body.data.amount}\` };\\n  return webhook;\\n}"}}' \\
  | grep -o 'sub_[0-9a-z]*' | head -n 1)
curl -s http://127.0.0.1:8080/api/v1/events -H "Authorization: Bearer $KEY" \\
  -d '{"type": "invoice.paid", "data": {"amount": 150}}'
\`\`\`

<!-- receives: {"text":"Invoice of 150"} -->

A template ships with Postrider; [Templates](#templates) has the list:

<!-- run -->

\`\`\`sh
curl -s -X PATCH http://127.0.0.1:8080/api/v1/webhooks/subscriptions/$SUB -H "Authorization: Bearer $KEY" \\
  -d '{"transformation": {"template": "opsgenie", "options": {"priority": "P2"}}}'
\`\`\`

<!-- expect: "transformation":{"template":"opsgenie","options":{"priority":"P2"}} -->

Options whose names end with \`_key\` are credentials: they are encrypted in the store, and shown as \`***\` to keys without the scope
\`webhooks.secret.view\`. A change that sends \`***\` keeps the value.

### Dry run

\`POST /api/v1/webhooks/subscriptions/transformation-test\` runs a transformation on an event and shows the request. Nothing is stored or
sent. The event is given as for a [filter test](filters.md#try-a-filter); \`url\`, \`profile\`, \`headers\` and \`request\` are those of the
subscription.

<!-- run -->

\`\`\`sh
curl -s http://127.0.0.1:8080/api/v1/webhooks/subscriptions/transformation-test -H "Authorization: Bearer $KEY" \\
  -d '{"transformation": {"script": "export default (webhook) => {\\n  console.log(\\"got\\", webhook.type);\\n  return webhook.body.data.customer.name;\\n};"},
       "event": {"type": "invoice.paid", "data": {"amount": 150}}}'
\`\`\`

<!-- expect: "result":"fails","fault":{"message":"TypeError: -->
<!-- expect: "line":3 -->
<!-- expect: "console":["got invoice.paid"] -->

| field | meaning |
| --- | --- |
| \`result\` | \`sends\`; \`drops\`, when the script returned \`null\`; \`fails\` |
| \`fault\` | with \`fails\`: \`message\`, \`line\` and \`column\` |
| \`request\` | with \`sends\`: \`method\`, \`url\`, \`headers\` and \`body\`, signed with a secret that was made for this preview |
| \`console\` | the lines that the script wrote |
| \`duration_ms\` | how long the script ran |

### In the log

The log of a delivery has the transformed request. A fault of a script is a failed attempt, which is retried like any other:

<!-- run -->

\`\`\`sh
curl -s -X PATCH http://127.0.0.1:8080/api/v1/webhooks/subscriptions/$SUB -H "Authorization: Bearer $KEY" \\
  -d '{"transformation": {"script": "export default (webhook) => {\\n  return webhook.body.order.id;\\n};"}}'
curl -s http://127.0.0.1:8080/api/v1/events -H "Authorization: Bearer $KEY" \\
  -d '{"type": "invoice.voided", "data": {}}'
\`\`\`

<!-- run: until -->

\`\`\`sh
curl -s "http://127.0.0.1:8080/api/v1/webhooks/deliveries?event_type=invoice.voided" -H "Authorization: Bearer $KEY"
\`\`\`

<!-- expect: Not sent: the transformation failed: line 2: TypeError: -->

- A delivery that the script drops ends without a request. It is \`cancelled\` in the [statistics](statistics.md), and has the status
  \`failed\` with the error \`the subscription's transformation dropped it\` in the log ([state-machine.md](state-machine.md)).
- Faults of scripts say nothing about the receiver: they never open the [circuit breaker](protection.md#circuit-breaker).
- A delivery whose script finds no free worker is put off by a second and spends no attempt. The metric
  \`postrider_deliveries_put_off_total{reason="scripts"}\` counts it. \`POSTRIDER_TRANSFORM_WORKERS\` and
  \`POSTRIDER_TRANSFORM_TIMEOUT_MS\` are the settings ([configuration.md](configuration.md)).
- Test sends and previews are transformed too.

## The event of the examples

The examples on this page use this event, sent by \`https://shop.example\` to the URL \`https://receiver.example/hook?x=1\`:

\`\`\`json event
{
  "id": "evt_1",
  "type": "order.paid",
  "timestamp": "2026-11-30T12:00:00Z",
  "tenant": "acme",
  "metadata": { "region": "eu" },
  "headers": { "x-region": "eu" },
  "data": { "id": "o_1", "amount": 150, "customer": { "name": "Zoë", "vip": true } }
}
\`\`\`

## Scripts

A script is an ES module. Its default export is a function that takes the webhook and returns it:

\`\`\`js
export default function (webhook) {
  webhook.body = { text: \`Order \${webhook.body.data.id} of \${webhook.body.data.amount} was paid\` };
  return webhook;
}
\`\`\`
\`\`\`json sent
{ "text": "Order o_1 of 150 was paid" }
\`\`\`

Other members stay as they are when the returned object does not have them:

\`\`\`js
export default (webhook) => ({ body: { customer: webhook.body.data.customer.name, at: new Date() } });
\`\`\`
\`\`\`json sent
{ "customer": "Zoë", "at": "2026-11-30T12:00:00.000Z" }
\`\`\`

\`null\` drops the delivery: it counts as done, and nothing is sent.

\`\`\`js
export default function (webhook) {
  return webhook.body.data.amount < 1000 ? null : webhook;
}
\`\`\`
\`\`\`text dropped
\`\`\`

A body that is a text is sent as it is. The script sets its type; without one it is \`text/plain; charset=utf-8\`.

\`\`\`js
export default function (webhook) {
  const { id, amount } = webhook.body.data;
  webhook.headers["content-type"] = "text/csv";
  webhook.headers["x-order"] = id;
  webhook.method = "PUT";
  webhook.path = \`/orders/\${encodeURIComponent(id)}\`;
  webhook.body = \`id,amount\\n\${id},\${amount}\\n\`;
  return webhook;
}
\`\`\`
\`\`\`text sent
id,amount
o_1,150
\`\`\`

### The object \`webhook\`

| member | value | may be changed |
| --- | --- | --- |
| \`id\`, \`type\`, \`timestamp\`, \`tenant\` | texts; the timestamp is RFC 3339 | no: writing throws |
| \`metadata\` | the metadata of the event | no: writing throws |
| \`method\` | \`POST\` | to \`POST\`, \`PUT\` or \`PATCH\` |
| \`path\` | path and query of the URL, such as \`/hook?x=1\` | to another path on the same host: one \`/\` in front, visible ASCII without \`#\`, \`\\\`, \`"\`, \`<\`, \`>\` and the backtick |
| \`headers\` | the subscription's own headers that cannot be credentials, names in lower case: \`accept\`, \`accept-language\`, \`cache-control\`, \`content-language\`, \`from\`, \`origin\`, \`pragma\`, \`prefer\`, \`priority\`, \`referer\`, \`via\`, \`x-environment\`, \`x-forwarded-for\`, \`x-forwarded-host\`, \`x-forwarded-proto\`, \`x-region\`, \`x-requested-with\` | yes; the returned object replaces them, and may have further ones. Other headers of the subscription are sent too, unless the script sets them. Values are visible ASCII. Headers that the server sets itself are refused |
| \`body\` | the body of the request, parsed | to anything that JSON can hold, or to a text |

### Numbers

Integers beyond 2^53 are \`BigInt\`, in and out: \`9007199254740993n\` is sent as \`9007199254740993\`. Other numbers are JavaScript's. A number
that the script leaves where it is, also within an object that it moves, is sent with the digits of the event: \`1.10\` stays \`1.10\`, and
\`0.1234567890123456789\` keeps all its digits. A number that is copied alone or with \`...\` keeps its value, but may be spelled in
another way (\`1.1\`). Texts that are left alone keep their escapes; half of a surrogate pair becomes U+FFFD in a text that the script made.
Whitespace between tokens is removed. As in JavaScript, of two members with one name the last remains, and names that are whole numbers
come first.

In the returned body, members that are \`undefined\` are left out, and a \`Date\` is its ISO 8601 text. Functions, symbols, \`NaN\`, \`Infinity\`,
\`undefined\` in an array, \`Map\`, \`Set\`, \`Error\` and promises are errors. \`toJSON\` is not called.

### The language

Scripts have the language of ES2023 without modules, timers, network and files. The result depends on the event only:

- \`Date\` has no clock: \`new Date()\` and \`Date.now()\` are the event's timestamp. The time zone is UTC.
- \`Math.random()\` returns the same numbers for the same event id.
- \`import\`, \`eval\`, \`Function\`, \`Promise\`, \`Proxy\`, \`WeakRef\`, typed arrays, \`SharedArrayBuffer\` and \`Intl\` are absent. The exported function
  must not be asynchronous and not be a generator.
- Each call has a new environment. Nothing remains from one call to the next.
- \`console.log\`, \`info\`, \`debug\`, \`warn\` and \`error\` are shown in a dry run only.

### Limits

| limit | value |
| --- | --- |
| source | 64 KiB |
| time of a call | 500 ms, including the top level of the module |
| memory of a call | 32 MiB |
| body, before and after | 256 KiB, 100 levels |
| returned headers | 50, together 16 KiB |
| path with query | 2,000 characters |
| console | 100 lines, 8 KiB |

Scripts run in worker processes without environment variables, open files and network, which are killed when a call exceeds its time.
Calls beyond the capacity of the workers wait; a call that cannot get a worker is tried again later, and does not count against the script.

### Errors

| kind | reason |
| --- | --- |
| \`syntax\` | the source does not compile, or has no default export that is a synchronous function |
| \`thrown\` | the script threw |
| \`time_out\` | the script ran for longer than the limit |
| \`memory\` | the script used more memory than the limit |
| \`input\` | the event cannot be passed to a script: its body is too large or too deep |
| \`output\` | the returned value cannot be sent |
| \`crashed\` | the process that ran the script died, twice in a row |

The text names the line:

\`\`\`js
export default function (webhook) {
  return webhook.body.order.id;
}
\`\`\`
\`\`\`text fault
line 2: TypeError: cannot read property 'id' of undefined
\`\`\`

\`\`\`js
export default function (webhook) {
  webhook.body.text = "hi";
}
\`\`\`
\`\`\`text fault
returned nothing; return webhook, or null to drop the delivery
\`\`\`

## Templates

Templates escape the markup of their receiver and shorten texts to its limits. Options are texts.

### \`slack\`

A message of an [incoming webhook](https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks). \`&\`, \`<\` and \`>\` are escaped, so
mentions have no effect. The header has at most 150 characters, the data 3,000.

\`\`\`json payload
{
  "blocks": [
    {
      "text": {
        "emoji": false,
        "text": "order.paid (acme)",
        "type": "plain_text"
      },
      "type": "header"
    },
    {
      "text": {
        "text": "\`\`\`\\n{\\n  \\"amount\\": 150,\\n  \\"customer\\": {\\n    \\"name\\": \\"Zoë\\",\\n    \\"vip\\": true\\n  },\\n  \\"id\\": \\"o_1\\"\\n}\\n\`\`\`",
        "type": "mrkdwn",
        "verbatim": true
      },
      "type": "section"
    },
    {
      "elements": [
        {
          "emoji": false,
          "text": "evt_1 · 2026-11-30T12:00:00Z",
          "type": "plain_text"
        }
      ],
      "type": "context"
    }
  ],
  "text": "order.paid (acme)"
}
\`\`\`

### \`discord\`

A message with one embed for a [webhook](https://docs.discord.com/developers/resources/webhook#execute-webhook). Mentions are switched off.
All texts together have at most 6,000 characters.

\`\`\`json payload
{
  "allowed_mentions": {
    "parse": []
  },
  "embeds": [
    {
      "description": "\`\`\`json\\n{\\n  \\"amount\\": 150,\\n  \\"customer\\": {\\n    \\"name\\": \\"Zoë\\",\\n    \\"vip\\": true\\n  },\\n  \\"id\\": \\"o_1\\"\\n}\\n\`\`\`",
      "fields": [
        {
          "inline": true,
          "name": "Event",
          "value": "evt_1"
        },
        {
          "inline": true,
          "name": "Type",
          "value": "order.paid"
        },
        {
          "inline": true,
          "name": "Tenant",
          "value": "acme"
        }
      ],
      "timestamp": "2026-11-30T12:00:00Z",
      "title": "order.paid (acme)"
    }
  ]
}
\`\`\`

### \`microsoft-teams\`

A message with an Adaptive Card for the webhook of a [workflow](https://support.microsoft.com/office/8ae491c7-0394-4861-ba59-055e33f75498).
The message has at most 24,000 bytes.

\`\`\`json payload
{
  "attachments": [
    {
      "content": {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "body": [
          {
            "size": "Medium",
            "text": "order.paid \\\\(acme\\\\)",
            "type": "TextBlock",
            "weight": "Bolder",
            "wrap": true
          },
          {
            "facts": [
              {
                "title": "Event",
                "value": "evt\\\\_1"
              },
              {
                "title": "Type",
                "value": "order.paid"
              },
              {
                "title": "Tenant",
                "value": "acme"
              },
              {
                "title": "Time",
                "value": "2026-11-30T12:00:00Z"
              }
            ],
            "type": "FactSet"
          },
          {
            "inlines": [
              {
                "fontType": "Monospace",
                "text": "{\\n  \\"amount\\": 150,\\n  \\"customer\\": {\\n    \\"name\\": \\"Zoë\\",\\n    \\"vip\\": true\\n  },\\n  \\"id\\": \\"o_1\\"\\n}",
                "type": "TextRun"
              }
            ],
            "type": "RichTextBlock"
          }
        ],
        "type": "AdaptiveCard",
        "version": "1.4"
      },
      "contentType": "application/vnd.microsoft.card.adaptive",
      "contentUrl": null
    }
  ],
  "type": "message"
}
\`\`\`

### \`pagerduty\`

A trigger event of the [Events API v2](https://developer.pagerduty.com/docs/events-api-v2/trigger-events/), for the URL
\`https://events.pagerduty.com/v2/enqueue\`. The event's id is the \`dedup_key\`, so retries are one alert. Data beyond 400,000 bytes becomes a
shortened text.

| option | value |
| --- | --- |
| \`routing_key\` | the integration key, 32 letters and digits; required |
| \`severity\` | \`critical\`, \`error\` (default), \`warning\` or \`info\` |

\`\`\`json payload
{
  "dedup_key": "evt_1",
  "event_action": "trigger",
  "payload": {
    "class": "order.paid",
    "custom_details": {
      "amount": 150,
      "customer": {
        "name": "Zoë",
        "vip": true
      },
      "id": "o_1"
    },
    "group": "acme",
    "severity": "error",
    "source": "https://shop.example",
    "summary": "order.paid (acme)",
    "timestamp": "2026-11-30T12:00:00Z"
  },
  "routing_key": "R0UT1NGKEYR0UT1NGKEYR0UT1NGKEY01"
}
\`\`\`

### \`opsgenie\`

A request that [creates an alert](https://docs.opsgenie.com/docs/alert-api#create-alert), for the URL \`https://api.opsgenie.com/v2/alerts\`.
The key is a header of the subscription (\`authorization: GenieKey …\`). The message has at most 130 characters, the alias 512, the
description 15,000. Details are the members of the data, each up to 1,000 characters, together up to 8,000; further ones are left out.

| option | value |
| --- | --- |
| \`priority\` | \`P1\` to \`P5\`; default \`P3\` |

\`\`\`json payload
{
  "alias": "evt_1",
  "description": "{\\n  \\"amount\\": 150,\\n  \\"customer\\": {\\n    \\"name\\": \\"Zoë\\",\\n    \\"vip\\": true\\n  },\\n  \\"id\\": \\"o_1\\"\\n}",
  "details": {
    "data.amount": "150",
    "data.customer": "{\\"name\\":\\"Zoë\\",\\"vip\\":true}",
    "data.id": "o_1",
    "id": "evt_1",
    "tenant": "acme",
    "timestamp": "2026-11-30T12:00:00Z",
    "type": "order.paid"
  },
  "message": "order.paid (acme)",
  "priority": "P3",
  "source": "https://shop.example"
}
\`\`\`

### \`form\`

\`application/x-www-form-urlencoded\` for receivers that cannot read JSON. Names are flattened: \`data[customer][name]\`, and \`data[items][0]\` for
elements of arrays. \`null\` is empty, an empty object or array has no field, and levels below the twentieth are JSON. Data whose fields
would have more than 4 MiB is one field \`data\` with its JSON, and so is metadata.

\`\`\`text payload
id=evt_1&type=order.paid&timestamp=2026-11-30T12%3A00%3A00Z&tenant=acme&data%5Bamount%5D=150&data%5Bcustomer%5D%5Bname%5D=Zo%C3%AB&data%5Bcustomer%5D%5Bvip%5D=true&data%5Bid%5D=o_1&metadata%5Bregion%5D=eu
\`\`\`

### \`cloudevents\`

[CloudEvents 1.0](https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#32-structured-content-mode), structured, with
\`content-type: application/cloudevents+json\`. \`data\` has the publisher's digits.

\`\`\`json payload
{
  "data": {
    "amount": 150,
    "customer": {
      "name": "Zoë",
      "vip": true
    },
    "id": "o_1"
  },
  "datacontenttype": "application/json",
  "id": "evt_1",
  "source": "https://shop.example",
  "specversion": "1.0",
  "tenant": "acme",
  "time": "2026-11-30T12:00:00Z",
  "type": "order.paid"
}
\`\`\`

### \`cloudevents-binary\`

[CloudEvents 1.0](https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#31-binary-content-mode), binary: attributes are headers,
percent-encoded and at most 1,000 bytes long, and the body is the data.

\`\`\`text payload
ce-specversion: 1.0
ce-id: evt_1
ce-source: https://shop.example
ce-type: order.paid
ce-time: 2026-11-30T12:00:00Z
ce-tenant: acme
content-type: application/json

{"amount":150,"customer":{"name":"Zoë","vip":true},"id":"o_1"}
\`\`\`
`,l={doc:`_doc_1s4r5_1`};function u(e){let t=[],n=e.split(`
`),r=0,i=e=>{let t=r;for(;r<n.length&&e(n[r]??``);)r+=1;return n.slice(t,r)};for(;r<n.length;){let e=n[r]??``;if(e.trim()===``)r+=1;else if(e.startsWith("```"))r+=1,t.push({kind:`code`,text:i(e=>!e.startsWith("```")).join(`
`)}),r+=1;else if(/^#+ /.test(e))t.push({kind:`heading`,level:e.indexOf(` `),text:e.replace(/^#+ /,``)}),r+=1;else if(e.startsWith(`|`)){let[e=``,,...n]=i(e=>e.startsWith(`|`));t.push({kind:`table`,head:d(e),rows:n.map(d)})}else if(e.startsWith(`- `)){let e=i(e=>e.startsWith(`- `)||/^ +\S/.test(e)).join(`
`).replace(/\n +/g,` `);t.push({kind:`list`,items:e.split(`
`).map(e=>e.replace(/^- /,``))})}else{let e=i(e=>e.trim()!==``&&!/^(```|\||- |#+ )/.test(e));t.push({kind:`text`,text:e.join(` `)})}}return t}function d(e){return e.trim().replace(/^\||\|$/g,``).split(/(?<!\\)\|/).map(e=>e.trim().replaceAll(`\\|`,`|`))}var f=/`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^)\s]+)\)/g;function p(e){let t=[],n=0;for(let r of e.matchAll(f)){let[i,a,o,s,c]=r;r.index>n&&t.push({kind:`text`,text:e.slice(n,r.index)}),a===void 0?o===void 0?t.push({kind:`link`,text:(s??``).replace(/^`|`$/g,``),address:c??``}):t.push({kind:`strong`,text:o}):t.push({kind:`code`,text:a}),n=r.index+i.length}return n<e.length&&t.push({kind:`text`,text:e.slice(n)}),t}var m=n(),h={filters:s,transformations:c};function g({name:e,onClose:t}){let{shared:n}=i(),[a,...s]=(0,o.useMemo)(()=>u(h[e]),[e]);return(0,m.jsx)(r,{opened:!0,onClose:t,size:820,centered:!1,title:a?.kind===`heading`?a.text:e,closeButtonProps:{"aria-label":n.close},children:(0,m.jsx)(`article`,{className:l.doc,lang:`en`,children:s.map((e,t)=>(0,m.jsx)(_,{block:e},t))})})}function _({block:e}){switch(e.kind){case`heading`:return e.level>2?(0,m.jsx)(`h4`,{children:(0,m.jsx)(v,{text:e.text})}):(0,m.jsx)(`h3`,{children:(0,m.jsx)(v,{text:e.text})});case`text`:return(0,m.jsx)(`p`,{children:(0,m.jsx)(v,{text:e.text})});case`code`:return(0,m.jsx)(`pre`,{tabIndex:0,children:e.text});case`list`:return(0,m.jsx)(`ul`,{children:e.items.map((e,t)=>(0,m.jsx)(`li`,{children:(0,m.jsx)(v,{text:e})},t))});case`table`:return(0,m.jsxs)(`table`,{children:[(0,m.jsx)(`thead`,{children:(0,m.jsx)(`tr`,{children:e.head.map((e,t)=>(0,m.jsx)(`th`,{scope:`col`,children:(0,m.jsx)(v,{text:e})},t))})}),(0,m.jsx)(`tbody`,{children:e.rows.map((e,t)=>(0,m.jsx)(`tr`,{children:e.map((e,t)=>(0,m.jsx)(`td`,{children:(0,m.jsx)(v,{text:e})},t))},t))})]})}}function v({text:e}){return p(e).map((e,t)=>{switch(e.kind){case`code`:return(0,m.jsx)(`code`,{children:e.text},t);case`strong`:return(0,m.jsx)(`strong`,{children:e.text},t);case`link`:return a(e.address)===void 0?(0,m.jsx)(`span`,{children:e.text},t):(0,m.jsx)(`a`,{href:a(e.address),target:`_blank`,rel:`noreferrer`,children:e.text},t);case`text`:return(0,m.jsx)(`span`,{children:e.text},t)}})}export{g as default};