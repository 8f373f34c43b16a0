//! The exact request that the subscription would get, made by the server without sending it.

import { Stack, Text, Title } from "@mantine/core";
import type { Scope } from "@/api/scope";
import { useMessages } from "@/messages/context";
import { HttpMessage } from "@/shared/HttpMessage";
import { showHidden } from "@/shared/text";
import { useShapeWords } from "../shapeWords";
import classes from "./form.module.css";
import type { Values } from "./values";
import { useChecked } from "./where";
import { useFormWords } from "./words";

export function Preview({ scope, values, type }: { scope: Scope; values: Values; type: string | null }) {
  const words = useFormWords();
  const shape = useShapeWords();
  const { deliveries } = useMessages();
  const checked = useChecked(scope, values, type).data;
  const preview = checked?.preview;
  if (!preview) {
    return (
      <aside className={classes.preview} data-later aria-label={words.preview}>
        <Title order={3}>{words.preview}</Title>
        <Text size="xs" c="dimmed">
          {checked === undefined ? words.previewLater : checked.ok ? shape.previewDrops : shape.previewFault}
        </Text>
      </aside>
    );
  }
  return (
    <aside className={classes.preview} aria-label={words.preview}>
      <Stack gap="sm">
        <div>
          <Title order={3}>{words.preview}</Title>
          <Text size="xs" c="dimmed">
            {words.previewText} {values.batching && shape.previewOne}
          </Text>
        </div>
        <HttpMessage
          title={words.preview}
          line={`${preview.method} ${showHidden(preview.url)}`}
          headers={preview.headers}
          body={preview.body}
          noBody={deliveries.detail.noBody}
        />
      </Stack>
    </aside>
  );
}
