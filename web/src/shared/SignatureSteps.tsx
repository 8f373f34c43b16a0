//! How the signature of one request is verified, step by step, with the values of this request.

import { Tabs, Text, Title } from "@mantine/core";
import { useState, type ReactNode } from "react";
import { signature as english } from "@/messages/en/signature";
import { signature as spanish } from "@/messages/es/signature";
import { useWords } from "@/messages/words";
import { useFormat } from "./format";
import { Copy } from "./Id";
import classes from "./SignatureSteps.module.css";
import type { Scheme, Verdict } from "./signature";
import { StatusShape } from "./StatusBadge";
import { showHidden } from "./text";
import { Time } from "./Time";
import { isVerified, type Computed } from "./useSignature";

const SHOWN = 2000;

interface Props {
  computed: Computed[];
  /** A link to code that verifies requests. */
  more?: ReactNode;
}

export function Signature({ computed, more }: Props) {
  const words = useWords({ en: english, es: spanish });
  const [chosen, setChosen] = useState<string | null>(null);
  const shown = computed.find(({ scheme }) => scheme.header === chosen) ?? computed[0];
  return (
    <section aria-label={words.title} className={classes.section}>
      <Title order={3}>{words.title}</Title>
      {shown === undefined ? (
        <Text c="dimmed">{words.unsigned}</Text>
      ) : (
        <>
          <SignatureVerdict computed={computed} explained />
          <Tabs value={shown.scheme.header} onChange={setChosen} keepMounted={false}>
            {computed.length > 1 && (
              <Tabs.List mb="md">
                {computed.map(({ scheme }) => (
                  <Tabs.Tab key={scheme.header} value={scheme.header}>
                    {showHidden(scheme.header)}
                  </Tabs.Tab>
                ))}
              </Tabs.List>
            )}
            <Tabs.Panel value={shown.scheme.header}>
              <Steps {...shown} />
            </Tabs.Panel>
          </Tabs>
        </>
      )}
      {more}
    </section>
  );
}

/** One line: verified, wrong, or why it is not known. Draws nothing for a request without a signature. */
export function SignatureVerdict({ computed, explained = false }: { computed: Computed[]; explained?: boolean }) {
  const words = useWords({ en: english, es: spanish });
  const first = computed[0];
  if (first === undefined) return null;
  const verified = isVerified(computed);
  const missing = computed.map(({ verdict }) => verdict).find((verdict) => typeof verdict === "string");
  if (verified === null) {
    return <Text c="dimmed">{missing === undefined ? words.computing : words.notComputed[missing]}</Text>;
  }
  return (
    <div>
      <span className={classes.verdict} data-tone={verified ? "good" : "bad"}>
        <StatusShape shape={verified ? "check" : "cross"} />
        {verified ? words.verified : words.wrong}
      </span>
      {explained && <Text c="dimmed">{verified ? words.verifiedText : words.wrongText}</Text>}
    </div>
  );
}

function Steps({ scheme, verdict }: Computed) {
  const words = useWords({ en: english, es: spanish });
  const result = typeof verdict === "object" ? verdict : null;
  const own = scheme.kind === "own";
  const prefix = own && scheme.given[0]?.startsWith("sha256=") ? "sha256=" : "";
  return (
    <>
      <Text c="dimmed" mb="sm">
        {own ? words.own : words.standard}
      </Text>
      <ol className={classes.steps}>
        <li>
          {words.headers}
          <Headers scheme={scheme} />
        </li>
        {!own && scheme.timestamp !== null && (
          <li>
            {words.time} <Moment seconds={scheme.timestamp} />.
          </li>
        )}
        <li>
          {own ? words.contentOwn : words.content}
          {scheme.content !== null && <Content text={scheme.content} />}
        </li>
        <li>{own ? words.key.text : result === null ? words.key.any : words.key[result.keyForm]}</li>
        <li>
          {own ? words.computeOwn(prefix) : result?.keyForm === "ed25519" ? words.computeEd25519 : words.compute}
          {result && <Value text={result.computed} />}
        </li>
        <li>
          {scheme.given.length > 1 ? words.compareMany : words.compare}
          {result && <Comparison scheme={scheme} verdict={result} />}
        </li>
      </ol>
    </>
  );
}

function Headers({ scheme }: { scheme: Scheme }) {
  const rows: [string, string][] = [
    ...(scheme.id === null ? [] : [["webhook-id", scheme.id] as [string, string]]),
    ...(scheme.timestamp === null ? [] : [["webhook-timestamp", scheme.timestamp] as [string, string]]),
    [scheme.header, scheme.given.join(" ")],
  ];
  return (
    <dl className={classes.headers}>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <bdi>{showHidden(value)}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Moment({ seconds }: { seconds: string }) {
  const instant = new Date(Number(seconds) * 1000);
  return Number.isNaN(instant.getTime()) ? <bdi>{showHidden(seconds)}</bdi> : <Time at={instant.toISOString()} as="exact" />;
}

function Content({ text }: { text: string }) {
  const words = useWords({ en: english, es: spanish });
  const format = useFormat();
  return (
    <div className={classes.content}>
      <pre tabIndex={0}>
        {showHidden(text.slice(0, SHOWN))}
        {text.length > SHOWN && words.cut(format.number(text.length - SHOWN))}
      </pre>
      <Copy value={text} />
    </div>
  );
}

function Value({ text }: { text: string }) {
  return <code className={classes.value}>{showHidden(text)}</code>;
}

function Comparison({ scheme, verdict }: { scheme: Scheme; verdict: Verdict }) {
  const words = useWords({ en: english, es: spanish });
  return (
    <ul className={classes.comparison}>
      {scheme.given.map((one, index) => {
        const equal = one === verdict.computed;
        return (
          <li key={index}>
            <span className={classes.verdict} data-tone={equal ? "good" : verdict.matches ? "idle" : "bad"}>
              <StatusShape shape={equal ? "check" : "cross"} />
              {equal ? words.equal : words.different}
            </span>
            <code className={classes.value}>{showHidden(one)}</code>
          </li>
        );
      })}
    </ul>
  );
}
