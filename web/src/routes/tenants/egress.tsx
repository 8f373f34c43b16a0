//! The part of the tenant's form for its egress: source addresses, or a proxy.

import { SegmentedControl, Text, TextInput } from "@mantine/core";
import { EGRESS_KINDS, MASKED, type Values } from "./values";
import classes from "./form.module.css";
import { useTenantWords } from "./words";

interface Props {
  values: Values;
  errors: Record<string, string>;
  onChange: (part: Partial<Values>) => void;
}

export function EgressFields({ values, errors, onChange }: Props) {
  const { egress: words } = useTenantWords();
  // The field of an address has its index: `egress.source_addresses[0]`.
  const error = (field: string) => Object.entries(errors).find(([name]) => name === field || name.startsWith(`${field}[`))?.[1];
  const text = (name: "source" | "proxyUrl" | "proxyUser" | "proxyPassword" | "proxyAddresses", field: string) => ({
    value: values[name],
    error: error(`egress.${field}`),
    spellCheck: false,
    autoComplete: "off",
    onChange: ({ currentTarget }: { currentTarget: HTMLInputElement }) => onChange({ [name]: currentTarget.value }),
  });
  return (
    <>
      <div>
        <Text size="sm" fw={500} mb={4}>
          {words.title}
        </Text>
        <SegmentedControl
          aria-label={words.title}
          data={EGRESS_KINDS.map((value) => ({ value, label: words.kinds[value] }))}
          value={values.egress}
          onChange={(kind) => onChange({ egress: EGRESS_KINDS.find((known) => known === kind) ?? "none" })}
        />
        {values.egress === "none" && (
          <Text size="xs" c="dimmed" mt={4}>
            {words.noneHelp}
          </Text>
        )}
      </div>
      {values.egress === "source" && (
        <TextInput
          label={words.source}
          description={words.sourceHelp}
          placeholder="203.0.113.7, 2001:db8::7"
          {...text("source", "source_addresses")}
        />
      )}
      {values.egress === "proxy" && (
        <>
          <TextInput label={words.url} description={words.urlHelp} placeholder="http://proxy.internal:3128" {...text("proxyUrl", "proxy.url")} />
          <div className={classes.row}>
            <TextInput label={words.username} description=" " {...text("proxyUser", "proxy.username")} />
            {/* No password field: browsers would offer to store the value as the password of this site. */}
            <TextInput
              label={words.password}
              description={values.proxyPassword === MASKED ? words.hidden : " "}
              classNames={{ input: classes.secret }}
              {...text("proxyPassword", "proxy.password")}
            />
          </div>
          <TextInput
            label={words.addresses}
            description={words.addressesHelp}
            placeholder="198.51.100.4"
            {...text("proxyAddresses", "proxy.addresses")}
          />
        </>
      )}
      {error("egress") && <Text c="var(--pr-bad)">{error("egress")}</Text>}
    </>
  );
}
