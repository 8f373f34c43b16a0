//! Where to send: the URL, checked by the server while typing, the profile, and custom headers.

import { ActionIcon, Button, Select, Text, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useDebouncedValue } from "@mantine/hooks";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { Scope } from "@/api/scope";
import { useSession } from "@/session/context";
import { showHidden } from "@/shared/text";
import { EgressAddresses } from "../egress";
import { checkQuery, type Checkable } from "../queries";
import { checkedBatching } from "./batching";
import classes from "./form.module.css";
import { useShapeWords } from "../shapeWords";
import { MASKED, requestOf, trialTransformation } from "./shape";
import { headersOf, type Values } from "./values";
import { useFormWords } from "./words";

export interface FormProps {
  form: UseFormReturnType<Values>;
}

/** `type` is that of the event which everything is tried on. */
export function Where({ form, scope, type, fixedProfile }: FormProps & { scope: Scope; type: string | null; fixedProfile: boolean }) {
  const words = useFormWords();
  const shape = useShapeWords().authentication;
  const receiver = useSession().receiver_url;
  return (
    <fieldset className={classes.section}>
      <legend>{words.sections.where}</legend>
      <TextInput
        size="sm"
        label={words.url}
        description={words.urlHelp}
        placeholder={words.urlHint}
        type="url"
        required
        withAsterisk={false}
        {...form.getInputProps("url")}
      />
      <UrlCheck scope={scope} values={form.values} type={type} />
      <EgressAddresses scope={scope} />
      {receiver && form.values.url === "" && (
        <div>
          <Button variant="default" onClick={() => form.setFieldValue("url", receiver)}>
            {words.receiver}
          </Button>
          <Text size="xs" c="dimmed" mt={4}>
            {words.receiverHelp}
          </Text>
        </div>
      )}
      <TextInput label={words.description} placeholder={words.descriptionHint} {...form.getInputProps("description")} />
      <Select
        label={words.profile}
        description={fixedProfile ? words.profileFixed : undefined}
        disabled={fixedProfile}
        allowDeselect={false}
        data={(["platform", "tenant", "standard"] as const).map((value) => ({ value, label: words.profiles[value] }))}
        {...form.getInputProps("profile")}
      />
      {!fixedProfile && (
        <Select
          label={shape.secretType}
          allowDeselect={false}
          data={(["hmac", "ed25519"] as const).map((value) => ({ value, label: shape.secretTypes[value] }))}
          {...form.getInputProps("secretType")}
        />
      )}
      <Headers form={form} />
    </fieldset>
  );
}

/** What the server says about the values, once typing has paused. */
export function useChecked(scope: Scope, values: Values, type: string | null) {
  const [url] = useDebouncedValue(values.url.trim(), 500);
  const [headers] = useDebouncedValue(values.headers, 500);
  const shape = JSON.stringify({ transformation: trialTransformation(values), request: requestOf(values), ...checkedBatching(values) });
  const [shaped] = useDebouncedValue(shape, 800);
  // The beginning of an address is no fault yet.
  const begun = ["https://", "http://"].some((scheme) => scheme.startsWith(url.toLowerCase()));
  return useQuery(
    checkQuery(scope, {
      url: begun ? "" : url,
      profile: values.profile,
      headers: headersOf(headers),
      ...(JSON.parse(shaped) as Pick<Checkable, "transformation" | "request" | "batching" | "payload">),
      ...(type === null ? {} : { event_type: type }),
    }),
  );
}

function UrlCheck({ scope, values, type }: { scope: Scope; values: Values; type: string | null }) {
  const words = useFormWords();
  const check = useChecked(scope, values, type);
  if (check.data === undefined) return check.isFetching ? <Text c="dimmed">{words.checking}</Text> : null;
  // Other fields show their faults themselves.
  const problems = check.data.problems.filter(({ field }) => !/^(transformation|request|batching|payload)\b/.test(field));
  if (problems.length === 0) return <Text c="var(--pr-good)">{words.checked}</Text>;
  return (
    <div role="status">
      {problems.map(({ field, message }) => (
        <Text key={field + message} c="var(--pr-bad)">
          {showHidden(message)}
        </Text>
      ))}
    </div>
  );
}

function Headers({ form }: FormProps) {
  const words = useFormWords();
  return (
    <div className={classes.section} role="group" aria-label={words.headers}>
      {form.values.headers.map((header, index) => (
        <div key={index} className={classes.header}>
          <TextInput
            aria-label={words.headerName}
            placeholder={words.headerName}
            {...form.getInputProps(`headers.${index}.name`)}
          />
          {/* No password field: browsers would offer to store the value as the password of this site. */}
          <TextInput
            classNames={{ input: classes.secret }}
            spellCheck={false}
            aria-label={words.headerValue}
            placeholder={words.headerValue}
            description={header.value === MASKED ? words.headerMasked : undefined}
            inputWrapperOrder={["input", "description", "error"]}
            autoComplete="off"
            {...form.getInputProps(`headers.${index}.value`)}
          />
          <ActionIcon aria-label={words.removeHeader} onClick={() => form.removeListItem("headers", index)}>
            <IconTrash size={16} />
          </ActionIcon>
        </div>
      ))}
      {form.errors.headers && <Text c="var(--pr-bad)">{form.errors.headers}</Text>}
      <div>
        <Button
          variant="subtle"
          leftSection={<IconPlus size={14} />}
          onClick={() => form.insertListItem("headers", { name: "", value: "" })}
        >
          {words.addHeader}
        </Button>
      </div>
    </div>
  );
}
