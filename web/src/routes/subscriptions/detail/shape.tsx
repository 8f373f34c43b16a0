//! A subscription's events, requests and credentials, to read: also for sessions that may not change it.

import { Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import type { SubscriptionDetail } from "@/api/types";
import { CodeText } from "@/shared/code/CodeText";
import { Facts, type Fact } from "@/shared/Facts";
import { useFormat } from "@/shared/format";
import { showHidden } from "@/shared/text";
import { useOrderWords } from "../orderWords";
import { useShapeWords } from "../shapeWords";
import { PublicKeys } from "./publicKeys";

export function Shape({ subscription }: { subscription: SubscriptionDetail }) {
  return (
    <>
      <Which subscription={subscription} />
      <Form subscription={subscription} />
      <Batching subscription={subscription} />
      <Ordered subscription={subscription} />
      <Credentials subscription={subscription} />
    </>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <Title order={3} mb="sm">
        {title}
      </Title>
      <Stack gap="sm" maw={840}>
        {children}
      </Stack>
    </section>
  );
}

function Which({ subscription: { filter, channels } }: { subscription: SubscriptionDetail }) {
  const { which, show } = useShapeWords();
  if (!filter && channels.length === 0) return <Part title={which.title}><Text>{which.all}</Text></Part>;
  return (
    <Part title={which.title}>
      {filter && <CodeText text={filter} label={show.filter} copy={show.copyFilter} />}
      <Facts rows={[[show.channels, channels.length === 0 ? show.allChannels : <Mono key="channels" text={channels.join(", ")} />]]} />
    </Part>
  );
}

function Form({ subscription: { transformation, request, compression, http_version: version } }: { subscription: SubscriptionDetail }) {
  const { form, show } = useShapeWords();
  const script = transformation?.script;
  const template = transformation?.template;
  const body = template ? show.template(form.templates[template]?.[0] ?? template) : script ? form.kinds.script : show.asProfile;
  if (!transformation && !request && !compression && version === "auto") return <Part title={form.title}><Text>{form.asProfile}</Text></Part>;
  return (
    <Part title={form.title}>
      <Facts
        rows={[
          [show.body, body],
          transformation?.options ? [show.options, <Pairs key="options" pairs={transformation.options} />] : null,
          [show.method, request?.method ?? "POST"],
          [show.path, request?.path ? <Mono key="path" text={request.path} /> : show.asUrl],
          request && Object.keys(request.query).length > 0 ? [show.query, <Pairs key="query" pairs={request.query} />] : null,
          [show.compression, compression ?? show.none],
          [form.httpVersion, form.httpVersions[version]],
        ]}
      />
      {script && <CodeText text={script} label={show.script} copy={show.copyScript} />}
    </Part>
  );
}

function Batching({ subscription: { batching, payload } }: { subscription: SubscriptionDetail }) {
  const { batching: words } = useShapeWords();
  const format = useFormat();
  if (!batching && payload !== "reference") return <Part title={words.title}><Text>{words.single}</Text></Part>;
  return (
    <Part title={words.title}>
      <Facts
        rows={[
          [words.show.events, batching ? words.show.upTo(format.number(batching.max_events)) : words.single],
          batching ? [words.show.wait, batching.max_wait_ms === 0 ? words.show.noWait : format.duration(batching.max_wait_ms)] : null,
          batching ? [words.format, words.formats[batching.format]] : null,
          [words.payload, words.payloads[payload]],
        ]}
      />
      <Text c="dimmed">
        {batching && words.answers} {payload === "reference" && words.payloadHelp.reference}
      </Text>
    </Part>
  );
}

function Ordered({ subscription: { ordered } }: { subscription: SubscriptionDetail }) {
  const { form, show } = useOrderWords();
  return (
    <Part title={form.title}>
      {typeof ordered === "string" ? (
        <>
          <Facts rows={[[form.path, <Mono key="path" text={ordered} />]]} />
          <Text c="dimmed">
            {form.help.key} {form.without}
          </Text>
        </>
      ) : (
        <Text>{ordered ? form.help.all : show.none}</Text>
      )}
    </Part>
  );
}

function Credentials({ subscription }: { subscription: SubscriptionDetail }) {
  const { authentication: words, show } = useShapeWords();
  const { authentication, tls } = subscription;
  const { type, ...shown } = authentication ?? { type: "none" as const };
  const fields = Object.entries(shown).filter(([, value]) => typeof value === "string" && value !== "");
  const rows: Fact[] = fields.map(([name, value]) => [
    name === "client_authentication" ? words.client : (words.fields as Record<string, string>)[name] ?? name,
    name === "client_authentication" ? words.clients[value === "body" ? "body" : "header"] : <Mono key={name} text={String(value)} />,
  ]);
  return (
    <Part title={words.title}>
      {type === "none" ? <Text>{words.signed}</Text> : <Facts rows={[[show.authentication, words.types[type]], ...rows]} />}
      {tls?.certificate && (
        <>
          <Text c="dimmed">{show.certificate}</Text>
          <CodeText text={tls.certificate} label={show.certificate} copy={show.copyPem} />
        </>
      )}
      {tls?.authorities && (
        <>
          <Text c="dimmed">{show.authorities}</Text>
          <CodeText text={tls.authorities} label={show.authorities} copy={show.copyPem} />
        </>
      )}
      <PublicKeys subscription={subscription} />
    </Part>
  );
}

function Mono({ text }: { text: string }) {
  return (
    <code>
      <bdi>{showHidden(text)}</bdi>
    </code>
  );
}

function Pairs({ pairs }: { pairs: Record<string, unknown> }) {
  return Object.entries(pairs).map(([name, value]) => (
    <div key={name}>
      <Mono text={`${name}: ${String(value)}`} />
    </div>
  ));
}
