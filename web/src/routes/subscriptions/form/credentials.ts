//! The part of the form that authenticates to the receiver. Secrets are write-only: an empty one keeps its value.

import type { AuthenticationType, Subscription, SubscriptionFields } from "@/api/types";
import { MASKED } from "./shape";

export interface AuthenticationValues {
  type: "none" | AuthenticationType;
  username: string;
  password: string;
  token: string;
  header: string;
  value: string;
  token_url: string;
  client_id: string;
  client_secret: string;
  scope: string;
  audience: string;
  client_authentication: "header" | "body";
  access_key_id: string;
  secret_access_key: string;
  session_token: string;
  region: string;
  service: string;
}

export interface TlsValues {
  certificate: string;
  private_key: string;
  authorities: string;
}

export interface CredentialValues {
  authentication: AuthenticationValues;
  tls: TlsValues;
  /** What the server has: these secrets need not be typed again. */
  kept: { type: "none" | AuthenticationType; privateKey: boolean };
}

export const NO_CREDENTIALS: CredentialValues = {
  authentication: {
    type: "none", username: "", password: "", token: "", header: "x-api-key", value: "", token_url: "", client_id: "", client_secret: "",
    scope: "", audience: "", client_authentication: "header", access_key_id: "", secret_access_key: "", session_token: "", region: "",
    service: "execute-api",
  },
  tls: { certificate: "", private_key: "", authorities: "" },
  kept: { type: "none", privateKey: false },
};

type FieldName = Exclude<keyof AuthenticationValues, "type" | "client_authentication">;

interface Rule {
  name: FieldName;
  secret?: true;
  optional?: true;
}

/** The fields of each type, in the order of the form. */
export const FIELDS: Record<AuthenticationType, readonly Rule[]> = {
  basic: [{ name: "username" }, { name: "password", secret: true }],
  bearer: [{ name: "token", secret: true }],
  api_key: [{ name: "header" }, { name: "value", secret: true }],
  oauth2: [
    { name: "token_url" },
    { name: "client_id" },
    { name: "client_secret", secret: true },
    { name: "scope", optional: true },
    { name: "audience", optional: true },
  ],
  aws_sigv4: [
    { name: "access_key_id" },
    { name: "secret_access_key", secret: true },
    { name: "session_token", secret: true, optional: true },
    { name: "region" },
    { name: "service" },
  ],
};
export const TYPES = Object.keys(FIELDS) as AuthenticationType[];

type Known = Pick<Subscription, "authentication" | "tls">;

export function toCredentials({ authentication, tls }: Known): CredentialValues {
  const { type, ...shown } = authentication ?? { type: "none" as const };
  const texts = Object.fromEntries(Object.entries(shown).filter(([, value]) => typeof value === "string"));
  return {
    authentication: { ...NO_CREDENTIALS.authentication, ...texts, type },
    tls: { certificate: tls?.certificate ?? "", private_key: "", authorities: tls?.authorities ?? "" },
    kept: { type, privateKey: Boolean(tls?.certificate) },
  };
}

type CredentialFields = Pick<SubscriptionFields, "authentication" | "tls">;

export function credentialFields({ authentication, tls, kept }: CredentialValues): CredentialFields {
  return { authentication: authenticationOf(authentication, kept.type), tls: tlsOf(tls) };
}

function authenticationOf(values: AuthenticationValues, kept: string): CredentialFields["authentication"] {
  const { type } = values;
  if (type === "none") return null;
  const given: Record<string, string> = {};
  for (const { name, secret, optional } of FIELDS[type]) {
    const text = secret ? values[name] : values[name].trim();
    if (text !== "") given[name] = text;
    else if (secret && kept === type) {
      // Absent ones keep their value, but an optional one has to say so.
      if (optional) given[name] = MASKED;
    } else if (!optional) given[name] = text;
  }
  return { type, ...given, ...(type === "oauth2" ? { client_authentication: values.client_authentication } : {}) };
}

function tlsOf({ certificate, private_key: key, authorities }: TlsValues): CredentialFields["tls"] {
  const given = { certificate: certificate.trim(), private_key: key.trim(), authorities: authorities.trim() };
  if (Object.values(given).every((text) => text === "")) return null;
  return {
    certificate: given.certificate || null,
    authorities: given.authorities || null,
    ...(given.private_key === "" ? {} : { private_key: given.private_key }),
  };
}
