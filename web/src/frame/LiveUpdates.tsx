//! Keeps the query cache up to date from the stream, at most twice a second.

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { addTo, applyBatch, emptyBatch } from "@/api/stream/apply";
import { useStream } from "@/api/stream/context";

const INTERVAL = 500;

export function LiveUpdates() {
  const queries = useQueryClient();
  const batch = useRef(emptyBatch());
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  useStream((message) => {
    addTo(batch.current, message);
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      const full = batch.current;
      batch.current = emptyBatch();
      applyBatch(queries, full);
    }, INTERVAL);
  });

  useEffect(() => () => clearTimeout(timer.current), []);
  return null;
}
