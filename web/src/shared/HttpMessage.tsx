//! One side of an HTTP exchange: its first line, headers, and body.

import { Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useMessages } from "@/messages/context";
import classes from "./HttpMessage.module.css";
import { JsonView } from "./JsonView";
import { showHidden } from "./text";

interface Props {
  title: string;
  /** `POST https://…` or `HTTP 500`. */
  line: ReactNode;
  headers: Record<string, unknown>;
  body: string | null | undefined;
  /** Shown in place of an absent body. */
  noBody: string;
  cut?: boolean;
}

export function HttpMessage({ title, line, headers, body, noBody, cut = false }: Props) {
  const { shared } = useMessages();
  const rows = headerRows(headers);
  return (
    <section className={classes.message} aria-label={title}>
      <div className={classes.first}>{line}</div>
      {rows.length > 0 && (
        <table className={classes.headers}>
          <caption>{shared.body.headers}</caption>
          <tbody>
            {rows.map(([name, value], index) => (
              <tr key={index}>
                <th scope="row">{showHidden(name)}</th>
                <td>
                  <bdi>{showHidden(value)}</bdi>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {body ? (
        <JsonView text={body} label={shared.body.of(title)} cut={cut} />
      ) : (
        <Text size="sm" c="dimmed">
          {noBody}
        </Text>
      )}
    </section>
  );
}

/** A header that was sent several times has an array. */
export function headerRows(headers: Record<string, unknown>): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one): [string, string] => [name, String(one)]),
  );
}
