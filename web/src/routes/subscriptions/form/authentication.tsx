//! Credentials that the receiver asks for beside the signature. Secrets are typed once and never shown again.

import { Select, Text, Textarea, TextInput } from "@mantine/core";
import { useShapeWords } from "../shapeWords";
import { FIELDS, TYPES } from "./credentials";
import classes from "./form.module.css";
import { Section } from "./section";
import type { FormProps } from "./where";

export function Authentication({ form }: FormProps) {
  const words = useShapeWords().authentication;
  const { authentication, tls } = form.values;
  const tlsParts = [tls.certificate.trim() && words.tlsKinds.certificate, tls.authorities.trim() && words.tlsKinds.authorities].filter((part) => part);
  const parts = [
    authentication.type === "none" ? "" : words.types[authentication.type],
    tlsParts.length === 0 ? "" : `${words.tls}: ${tlsParts.join(", ")}`,
  ].filter((part) => part);
  const faulty = Object.keys(form.errors).some((name) => /^(authentication|tls)\b/.test(name));
  return (
    <Section title={words.title} state={parts.length === 0 ? words.signed : parts.join(" · ")} used={parts.length > 0} faulty={faulty}>
      <Text c="dimmed">{words.help}</Text>
      <Select
        label={words.type}
        allowDeselect={false}
        data={(["none", ...TYPES] as const).map((value) => ({ value, label: words.types[value] }))}
        {...form.getInputProps("authentication.type")}
      />
      {authentication.type !== "none" && <Fields form={form} type={authentication.type} />}
      <Tls form={form} />
    </Section>
  );
}

function Fields({ form, type }: FormProps & { type: (typeof TYPES)[number] }) {
  const words = useShapeWords().authentication;
  const { kept } = form.values;
  return (
    <>
      <div className={classes.row}>
        {FIELDS[type].map(({ name, secret }) => (
          // No password field: browsers would offer to store the value as the password of this site.
          <TextInput
            key={name}
            label={words.fields[name]}
            placeholder={secret && kept.type === type ? words.kept : (words.hints[name] ?? "")}
            classNames={secret && { input: classes.secret }}
            spellCheck={false}
            autoCapitalize="off"
            autoComplete="off"
            {...form.getInputProps(`authentication.${name}`)}
          />
        ))}
        {type === "oauth2" && (
          <Select
            label={words.client}
            allowDeselect={false}
            data={(["header", "body"] as const).map((value) => ({ value, label: words.clients[value] }))}
            {...form.getInputProps("authentication.client_authentication")}
          />
        )}
      </div>
      <Text size="xs" c="dimmed">
        {words.writeOnly}
      </Text>
    </>
  );
}

function Tls({ form }: FormProps) {
  const words = useShapeWords().authentication;
  const { url, tls, kept } = form.values;
  const given = Object.values(tls).some((text) => text.trim() !== "");
  const pem = { rows: 3, autosize: false, resize: "vertical", spellCheck: false, autoComplete: "off", classNames: { input: classes.pem } } as const;
  return (
    <div className={classes.section} role="group" aria-label={words.tls}>
      <Textarea label={words.certificate} description={words.certificateHelp} placeholder="-----BEGIN CERTIFICATE-----" {...pem} {...form.getInputProps("tls.certificate")} />
      {(tls.certificate.trim() !== "" || tls.private_key !== "") && (
        <Textarea
          label={words.privateKey}
          description={words.privateKeyHelp}
          placeholder={kept.privateKey ? words.kept : "-----BEGIN PRIVATE KEY-----"}
          {...pem}
          classNames={{ input: `${classes.pem} ${classes.secret}` }}
          {...form.getInputProps("tls.private_key")}
        />
      )}
      <Textarea label={words.authorities} description={words.authoritiesHelp} placeholder="-----BEGIN CERTIFICATE-----" {...pem} {...form.getInputProps("tls.authorities")} />
      {form.errors.tls && <Text c="var(--pr-bad)">{form.errors.tls}</Text>}
      {given && url.trim() !== "" && !/^https:/i.test(url.trim()) && <Text c="var(--pr-warn)">{words.needsHttps}</Text>}
    </div>
  );
}
