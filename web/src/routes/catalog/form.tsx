//! Registers an event type, or changes one. The server says when a change breaks receivers.

import { Button, Checkbox, Group, Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keys } from "@/api/keys";
import { fieldErrors, isStatus } from "@/api/problem";
import type { Scope } from "@/api/scope";
import type { EventTypeShown } from "@/api/types";
import { useMessages } from "@/messages/context";
import { ProblemNotice } from "@/shared/ProblemNotice";
import classes from "./page.module.css";
import { changeType, registerType } from "./queries";

interface Props {
  scope: Scope;
  /** Null registers a new type. */
  type: EventTypeShown | null;
  onClose: () => void;
}

export function TypeForm({ scope, type, onClose }: Props) {
  const { catalog, shared } = useMessages();
  const words = catalog.form;
  const queries = useQueryClient();
  const [name, setName] = useState(type?.event_type ?? "");
  const [category, setCategory] = useState(type?.category ?? "");
  const [description, setDescription] = useState(type?.description ?? "");
  const [schema, setSchema] = useState(() => pretty(type?.schema));
  const [example, setExample] = useState(() => pretty(type?.example));
  const [force, setForce] = useState(false);
  const parsed = { schema: parseObject(schema), example: parseObject(example) };
  const save = useMutation({
    mutationFn: () => {
      const fields = { category, description, schema: parsed.schema ?? null, example: parsed.example ?? null };
      return type === null
        ? registerType({ ...fields, event_type: name.trim() })
        : changeType(type.event_type, fields, force);
    },
    onSuccess: onClose,
    onSettled: () => queries.invalidateQueries({ queryKey: keys.catalog.all(scope) }),
  });
  const errors = fieldErrors(save.error);
  const wrong = parsed.schema === undefined || parsed.example === undefined;
  const title = type === null ? catalog.register : catalog.change;
  return (
    <Modal opened onClose={onClose} title={title} size="lg" closeButtonProps={{ "aria-label": shared.close }}>
      <Stack gap="md">
        {type === null && (
          <TextInput
            label={words.name}
            placeholder="invoice.archived"
            value={name}
            error={errors.event_type}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
          />
        )}
        <TextInput label={words.category} value={category} error={errors.category} onChange={({ currentTarget }) => setCategory(currentTarget.value)} />
        <TextInput label={words.description} value={description} error={errors.description} onChange={({ currentTarget }) => setDescription(currentTarget.value)} />
        <Textarea
          className={classes.text}
          label={words.schema}
          rows={10}
          spellCheck={false}
          value={schema}
          error={parsed.schema === undefined ? words.noObject : errors.schema}
          onChange={({ currentTarget }) => setSchema(currentTarget.value)}
        />
        <Textarea
          className={classes.text}
          label={words.example}
          rows={6}
          spellCheck={false}
          value={example}
          error={parsed.example === undefined ? words.noObject : errors.example}
          onChange={({ currentTarget }) => setExample(currentTarget.value)}
        />
        {save.error && <ProblemNotice error={save.error} inline />}
        {type !== null && isStatus(save.error, 409) && (
          <Checkbox label={words.force} checked={force} onChange={({ currentTarget }) => setForce(currentTarget.checked)} />
        )}
        <Group justify="flex-end" gap="sm">
          <Button variant="subtle" color="gray" onClick={onClose}>
            {shared.cancel}
          </Button>
          <Button disabled={wrong || name.trim() === ""} loading={save.isPending} onClick={() => save.mutate()}>
            {title}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function pretty(value: unknown): string {
  return value ? JSON.stringify(value, null, 2) : "";
}

/** Null for an empty text, undefined for one that is no JSON object. */
function parseObject(text: string): Record<string, never> | null | undefined {
  if (text.trim() === "") return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, never>) : undefined;
  } catch {
    return undefined;
  }
}
