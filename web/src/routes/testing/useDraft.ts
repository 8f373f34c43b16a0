//! The payload that is edited, per event type, and what the catalog says about it.

import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { isStatus } from "@/api/problem";
import { eventTypeQuery } from "@/api/objects";
import type { Scope } from "@/api/scope";
import type { EventPreview } from "@/api/types";
import { prettyJson } from "@/shared/json";
import { readObject, type ObjectText } from "@/shared/jsonTree";
import { previewQuery } from "./queries";

const CHECK_AFTER_MS = 300;

export interface Draft {
  text: string;
  /** Of the text a moment ago: typing is not held up by large payloads. */
  read: ObjectText;
  loading: boolean;
  /** The catalog has an example, and the text differs from it. */
  restorable: boolean;
  preview: EventPreview | undefined;
  previewError: unknown;
  /** True when `read` and `preview` are about the text as it is now. */
  settled: boolean;
  setText: (text: string, type?: string) => void;
  restore: () => void;
  /** Of a published event; a test has none. */
  channels: string[];
  setChannels: (channels: string[]) => void;
}

export function useDraft(scope: Scope, type: string | null): Draft {
  const [channels, setChannels] = useState<string[]>([]);
  const [drafts, setDrafts] = useState<Record<string, string>>({});
  const shown = useQuery({ ...eventTypeQuery(scope, type ?? ""), enabled: scope.tenant !== null && type !== null });
  const example = shown.data?.exampleText;
  const initial = useMemo(() => (example ? prettyJson(example) : "{}"), [example]);
  // A type beyond the catalog has no example.
  const loading = type !== null && shown.isPending && !isStatus(shown.error, 404);
  const typed = type === null ? undefined : drafts[type];
  const text = typed ?? (loading ? "" : initial);
  const [later] = useDebouncedValue(text, CHECK_AFTER_MS);
  // Only typing waits: an example is never judged by the text that was there before it.
  const checked = typed === undefined ? text : later;
  const read = useMemo(() => readObject(checked), [checked]);
  const preview = useQuery({
    ...previewQuery(scope, type ?? "", checked, channels),
    enabled: scope.tenant !== null && type !== null && !loading && read.state === "object",
  });
  return {
    text,
    read,
    loading,
    restorable: example !== null && example !== undefined && text !== initial,
    preview: preview.data?.type === type ? preview.data : undefined,
    previewError: preview.error,
    settled: checked === text && !preview.isPlaceholderData,
    setText: (next, of = type ?? undefined) => {
      if (of !== undefined) setDrafts((before) => ({ ...before, [of]: next }));
    },
    channels,
    setChannels,
    restore: () => {
      if (type !== null) setDrafts((before) => ({ ...before, [type]: initial }));
    },
  };
}
